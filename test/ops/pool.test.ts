import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../runtime/engine/index.ts';
import { avgPool2d } from '../../runtime/ops/pool.ts';
import { checkOperation, ENGINES } from './numeric.ts';

const [B, H, W, C] = [2, 7, 6, 2] as const;
const shapes = [[B, H, W, C]] as const;

interface Windows {
  readonly kernel: [number, number];
  readonly stride: [number, number];
  readonly padding: [number, number];
}

/** Applies `reduce` to the values of each window that lie within the image. */
function pool(x: Float64Array, { kernel, stride, padding }: Windows, reduce: (values: number[]) => number) {
  const out: number[] = [];
  for (let b = 0; b < B; b++)
    for (let y = -padding[0]; y + kernel[0] <= H + padding[0]; y += stride[0])
      for (let z = -padding[1]; z + kernel[1] <= W + padding[1]; z += stride[1])
        for (let c = 0; c < C; c++) {
          const values: number[] = [];
          for (let i = Math.max(y, 0); i < Math.min(y + kernel[0], H); i++)
            for (let j = Math.max(z, 0); j < Math.min(z + kernel[1], W); j++)
              values.push(x[((b * H + i) * W + j) * C + c] as number);
          out.push(reduce(values));
        }
  return Float64Array.from(out);
}

describe.each(ENGINES)('avgPool2d on %s', (engine) => {
  beforeAll(() => useEngine(engine));
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const cases: Windows[] = [
    { kernel: [2, 2], stride: [2, 2], padding: [0, 0] },
    { kernel: [3, 2], stride: [1, 2], padding: [1, 1] },
    { kernel: [3, 3], stride: [2, 2], padding: [1, 1] },
  ];
  for (const windows of cases) {
    const name = JSON.stringify(windows);
    it(`counts padded zeros, with gradients of both orders: ${name}`, () => {
      const [kh, kw] = windows.kernel;
      checkOperation({
        shapes,
        op: (x) => avgPool2d(x as tf.Tensor4D, windows),
        formula: (x) =>
          pool(x as Float64Array, windows, (values) => (mean(values) * values.length) / (kh * kw)),
        second: true,
      });
    });
    it(`leaves padding out of the mean, with gradients of both orders: ${name}`, () => {
      checkOperation({
        shapes,
        op: (x) => avgPool2d(x as tf.Tensor4D, { ...windows, countIncludePad: false }),
        formula: (x) => pool(x as Float64Array, windows, mean),
        second: true,
      });
    });
  }

  it('names what does not fit', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 4, 4, 1]);
    expect(() => avgPool2d(x, { kernel: [3, 1], padding: 1 })).toThrow(
      'avgPool2d: padding is [1,1], expected at most half the kernel [3,1]',
    );
    expect(() => avgPool2d(tf.zeros([4, 4]) as tf.Tensor as tf.Tensor4D, { kernel: 2 })).toThrow(
      'avgPool2d: x has shape [4,4], expected rank 4 [B,H,W,C]',
    );
  });
});
