import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../runtime/engine/index.ts';
import { avgPool2d } from '../../runtime/ops/avg-pool.ts';
import { checkOperation, ENGINES } from './numeric.ts';
import { pool, shapes, type Windows } from './reference-pool.ts';

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
