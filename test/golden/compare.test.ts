import { describe, expect, it } from 'vitest';
import { compare } from './compare.ts';
import type { Tolerance } from './fixture.ts';

function compared(got: number[], want: number[], tolerance?: Tolerance) {
  const side = { values: Float32Array.from(want), shape: [want.length] };
  return compare('x', { values: got, shape: [got.length] }, side, tolerance);
}

describe('compare', () => {
  it('measures the worst element against the greatest value', () => {
    const { passed, worst, bad } = compared([1, 2.5, -4], [1, 2, -4], { atol: 0.1 });
    expect(passed).toBe(false);
    expect(worst).toBe(0.125);
    expect(bad).toBeCloseTo(1 / 3, 12);
  });

  it('adds the relative to the absolute tolerance', () => {
    expect(compared([104], [100], { rtol: 0.03, atol: 1 }).passed).toBe(true);
    expect(compared([104.5], [100], { rtol: 0.03, atol: 1 }).passed).toBe(false);
  });

  it('lets the stated fraction of elements fail', () => {
    const tolerance = { atol: 0.1, max_bad_fraction: 0.25 };
    expect(compared([9, 1, 1, 1], [1, 1, 1, 1], tolerance).passed).toBe(true);
    expect(compared([9, 9, 1, 1], [1, 1, 1, 1], tolerance).passed).toBe(false);
  });

  it('takes exact values exactly, and measures the fraction that differs', () => {
    expect(compared([1, 2], [1, 2], { exact: true }).passed).toBe(true);
    const { passed, worst } = compared([1, 3], [1, 2], { exact: true });
    expect([passed, worst]).toEqual([false, 0.5]);
  });

  it('fails on NaN and infinity, unless they are stored', () => {
    const wide = { rtol: 1, atol: 1e9 };
    expect(compared([Number.NaN], [1], wide).passed).toBe(false);
    expect(compared([Number.POSITIVE_INFINITY], [1], wide).passed).toBe(false);
    expect(compared([1], [Number.NaN], wide).passed).toBe(false);
    expect(
      compared([Number.NaN, Number.POSITIVE_INFINITY], [Number.NaN, Number.POSITIVE_INFINITY], wide).passed,
    ).toBe(true);
  });

  it('names the worst element by its position', () => {
    const stored = { values: Float32Array.from([1, 2, 3, 4, 5, 6]), shape: [2, 3] };
    const { message } = compare('x', { values: [1, 2, 3, 4, 9, 6], shape: [2, 3] }, stored, { atol: 1 });
    expect(message).toBe('1 of 6 outside the tolerance, worst at [1,1]: 9, expected 5');
  });

  it('overlooks dimensions of 1 and split batches, but no other shape', () => {
    const stored = (shape: number[]) => ({ values: new Float32Array(24), shape });
    const actual = (shape: number[]) => ({ values: new Float32Array(24), shape });
    expect(compare('x', actual([24]), stored([1, 24, 1])).passed).toBe(true);
    expect(compare('x', actual([6, 1, 2, 2]), stored([2, 3, 1, 2, 2])).passed).toBe(true);
    expect(compare('x', actual([4, 6]), stored([6, 4])).message).toBe('shape [4,6], expected [6,4]');
  });
});
