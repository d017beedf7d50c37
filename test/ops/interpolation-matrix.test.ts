import { describe, expect, it } from 'vitest';
import {
  areaMatrix,
  bilinearMatrix,
  type InterpolationMatrix,
  nearestMatrix,
  transposed,
} from '../../runtime/ops/interpolation-matrix.ts';

const rows = ({ rows, columns, data }: InterpolationMatrix) =>
  Array.from({ length: rows }, (_, i) => Array.from(data.subarray(i * columns, (i + 1) * columns)));

describe('interpolation matrices', () => {
  it('interpolate between pixel centres', () => {
    expect(rows(bilinearMatrix(2, 4))).toEqual([
      [1, 0],
      [0.75, 0.25],
      [0.25, 0.75],
      [0, 1],
    ]);
    expect(rows(bilinearMatrix(3, 5, { alignCorners: true }))).toEqual([
      [1, 0, 0],
      [0.5, 0.5, 0],
      [0, 1, 0],
      [0, 0.5, 0.5],
      [0, 0, 1],
    ]);
  });

  it('take the first sample for a single aligned output', () => {
    expect(rows(bilinearMatrix(3, 1, { alignCorners: true }))).toEqual([[1, 0, 0]]);
    expect(rows(bilinearMatrix(1, 3))).toEqual([[1], [1], [1]]);
  });

  it('average overlapping areas', () => {
    expect(rows(areaMatrix(3, 2))).toEqual([
      [0.5, 0.5, 0],
      [0, 0.5, 0.5],
    ]);
    expect(rows(areaMatrix(2, 3))).toEqual([
      [1, 0],
      [0.5, 0.5],
      [0, 1],
    ]);
  });

  it('take the nearest sample by floor', () => {
    expect(rows(nearestMatrix(2, 3))).toEqual([
      [1, 0],
      [1, 0],
      [0, 1],
    ]);
  });

  it('sum to 1 in every row', () => {
    for (const matrix of [bilinearMatrix(7, 19), areaMatrix(19, 7), nearestMatrix(5, 8)]) {
      for (const row of rows(matrix)) expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
    }
  });

  it('transpose', () => {
    expect(rows(transposed(nearestMatrix(2, 3)))).toEqual([
      [1, 1, 0],
      [0, 0, 1],
    ]);
  });
});
