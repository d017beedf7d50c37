import { describe, expect, it } from 'vitest';
import { Curve, rangeOf, scaleFor, thinned } from '../../runtime/report/curve.ts';

function curveOf(values: readonly number[]): Curve {
  const curve = new Curve('loss');
  for (const [i, value] of values.entries()) curve.add(i + 1, value);
  return curve;
}

describe('curve', () => {
  it('merges neighbours to their mean, least and largest', () => {
    const points = thinned(curveOf([1, 3, 5, 7, 9]), { count: 3, scale: 'linear' });
    expect(points).toEqual([
      { step: 1.5, mean: 2, low: 1, high: 3 },
      { step: 3.5, mean: 6, low: 5, high: 7 },
      { step: 5, mean: 9, low: 9, high: 9 },
    ]);
  });

  it('takes the geometric mean on a logarithmic axis, and passes over what is not finite', () => {
    const [point, ...others] = thinned(curveOf([1, Number.NaN, 100]), { count: 1, scale: 'log' });
    expect(others).toEqual([]);
    expect(point?.mean).toBeCloseTo(10, 9);
    expect(point?.step).toBe(2);
  });

  it('never has more points than asked for', () => {
    const values = Array.from({ length: 1001 }, (_, i) => i);
    expect(thinned(curveOf(values), { count: 160, scale: 'linear' }).length).toBeLessThanOrEqual(160);
    expect(thinned(curveOf([]), { count: 160, scale: 'linear' })).toEqual([]);
  });

  it('is logarithmic where positive values span more than a factor of 30', () => {
    expect(scaleFor([0.1, 3.1])).toBe('log');
    expect(scaleFor([0.1, 2.9])).toBe('linear');
    expect(scaleFor([-0.1, 100])).toBe('linear');
    expect(scaleFor([0, 100])).toBe('linear');
    expect(scaleFor([])).toBe('linear');
    expect(rangeOf([Number.NaN, 2, -1, Number.POSITIVE_INFINITY])).toEqual({ low: -1, high: 2 });
  });

  it('forgets what came after a step', () => {
    const curve = curveOf([1, 2, 3, 4]);
    curve.cutAfter(2);
    expect([curve.steps, curve.values, curve.last]).toEqual([[1, 2], [1, 2], 2]);
    expect(new Curve('x').last).toBeNaN();
  });
});
