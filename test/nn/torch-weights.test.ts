import { describe, expect, it } from 'vitest';
import { fromTorch, shapeFromTorch, shapeToTorch, toTorch } from '../../runtime/nn/torch-weights.ts';

/** The element of a tensor in C order. */
function at({ data, shape }: ReturnType<typeof fromTorch>, ...index: number[]): number | undefined {
  return data[index.reduce((flat, i, axis) => flat * (shape[axis] as number) + i, 0)];
}

function counted(shape: readonly number[]) {
  const size = shape.reduce((product, length) => product * length, 1);
  return { data: Float32Array.from({ length: size }, (_, i) => i), shape };
}

describe('weights of PyTorch', () => {
  it('turns a filter [out,in,kh,kw] into [kh,kw,in,out]', () => {
    const stored = counted([2, 3, 4, 5]);
    const here = fromTorch(stored);
    expect(here.shape).toEqual([4, 5, 3, 2]);
    for (const [o, i, y, x] of [
      [0, 0, 0, 0],
      [1, 2, 3, 4],
      [1, 0, 2, 3],
    ] as const) {
      expect(at(here, y, x, i, o)).toBe(at(stored, o, i, y, x));
    }
  });

  it('turns a linear layer [out,in] into [in,out]', () => {
    expect(fromTorch({ data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] })).toEqual({
      data: Float32Array.of(1, 4, 2, 5, 3, 6),
      shape: [3, 2],
    });
  });

  it('turns a modulated filter [1,out,in,kh,kw] into [kh,kw,in,out,1]', () => {
    const stored = counted([1, 2, 3, 4, 5]);
    const here = fromTorch(stored);
    expect(here.shape).toEqual([4, 5, 3, 2, 1]);
    expect(at(here, 3, 1, 2, 1, 0)).toBe(at(stored, 0, 1, 2, 3, 1));
  });

  it('leaves vectors and scalars as they are', () => {
    expect(fromTorch(counted([3]))).toEqual(counted([3]));
    expect(fromTorch(counted([]))).toEqual(counted([]));
  });

  it.each([
    [[]],
    [[7]],
    [[2, 3]],
    [[2, 3, 4]],
    [[1, 5, 2, 2]],
    [[4, 3, 2, 5]],
    [[1, 2, 3, 1, 1]],
    [[0, 3, 2, 2]],
  ])('comes back from %j', (shape) => {
    const stored = counted(shape);
    const here = fromTorch(stored);
    expect(here.shape).toEqual(shapeFromTorch(shape));
    expect(shapeToTorch(here.shape)).toEqual(shape);
    expect(toTorch(here)).toEqual(stored);
  });
});
