import { describe, expect, it } from 'vitest';
import { leastSquares, robustLeastSquares } from '../../runtime/ops/least-squares.ts';
import { noise } from './numeric.ts';

const rows = 40;
const x = noise(rows, 1);
const terms = Float64Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? 1 : (x[i >> 1] as number)));
/** Two channels: 2 + 3x and −1 + x/2. */
const values = Float64Array.from({ length: 2 * rows }, (_, i) =>
  i % 2 === 0 ? 2 + 3 * (x[i >> 1] as number) : -1 + 0.5 * (x[i >> 1] as number),
);
const exact = [2, -1, 3, 0.5].map((value) => expect.closeTo(value, 4));

describe('least squares', () => {
  it('finds the coefficients of every channel', () => {
    expect([...leastSquares({ terms, values, channels: 2 })]).toEqual(exact);
  });

  it('looks at weights', () => {
    const wrong = values.slice();
    wrong[0] = 1000;
    const weights = Float64Array.from({ length: rows }, (_, row) => (row === 0 ? 0 : 1));
    expect([...leastSquares({ terms, values: wrong, channels: 2 }, weights)]).toEqual(exact);
  });

  it('stays finite where rows tell nothing about a term', () => {
    const found = leastSquares({
      terms: Float64Array.of(1, 0, 1, 0),
      values: Float64Array.of(3, 3),
      channels: 1,
    });
    expect([...found]).toEqual([expect.closeTo(3, 4), 0]);
  });

  it('does not follow a quarter of rows that have something else to say', () => {
    const wrong = values.map((value, i) => (i < 20 ? 5 : value));
    const { coefficients, errors } = robustLeastSquares(
      { terms, values: wrong, channels: 2 },
      { fits: 20, scale: (sorted) => 1.5 * (sorted[sorted.length >> 1] as number) + 1e-3 },
    );
    [2, -1, 3, 0.5].forEach((value, i) => {
      expect(coefficients[i]).toBeCloseTo(value, 2);
    });
    expect(errors.length).toBe(rows);
    expect(errors[0]).toBeGreaterThan(1);
    expect(errors[30]).toBeLessThan(0.02);
  });
});
