import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../runtime/engine/index.ts';
import { minibatchStddev } from '../../runtime/ops/minibatch-stddev.ts';
import { checkOperation, ENGINES, expectClose } from './numeric.ts';

const [H, W, C] = [2, 3, 2] as const;
const PIXELS = H * W * C;

function reference(x: Float64Array, batch: number, size: number): Float64Array {
  const groups = batch / size;
  const out = new Float64Array(batch * H * W * (C + 1));
  for (let b = 0; b < batch; b++) {
    let deviation = 0;
    for (let i = 0; i < PIXELS; i++) {
      const values = Array.from(
        { length: size },
        (_, k) => x[((b % groups) + k * groups) * PIXELS + i] as number,
      );
      const mean = values.reduce((sum, value) => sum + value, 0) / size;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / size;
      deviation += Math.sqrt(variance + 1e-8) / PIXELS;
    }
    for (let p = 0; p < H * W; p++) {
      const to = (b * H * W + p) * (C + 1);
      for (let c = 0; c < C; c++) out[to + c] = x[(b * H * W + p) * C + c] as number;
      out[to + C] = deviation;
    }
  }
  return out;
}

describe.each(ENGINES)('minibatchStddev on %s', (engine) => {
  beforeAll(() => useEngine(engine));
  for (const [batch, groupSize] of [
    [3, 4],
    [4, 4],
    [6, 3],
    [4, 2],
  ] as const) {
    it(`appends the deviation of batch ${batch} in groups of ${groupSize}, with gradients of both orders`, () => {
      checkOperation({
        shapes: [[batch, H, W, C]],
        op: (x) => minibatchStddev(x as tf.Tensor4D, groupSize),
        formula: (x) => reference(x as Float64Array, batch, Math.min(batch, groupSize)),
        second: true,
        tolerance: 1e-3,
      });
    });
  }

  it('has a finite gradient for a batch of one', () => {
    const slope = tf.grad((x) => minibatchStddev(x as tf.Tensor4D))(tf.ones([1, 2, 2, 1]));
    expectClose(slope.dataSync(), [1, 1, 1, 1]);
  });

  it('names what does not fit', () => {
    expect(() => minibatchStddev(tf.zeros([6, 2, 2, 1]), 4)).toThrow(
      'minibatchStddev: groups of 4 do not divide the batch of 6',
    );
    expect(() => minibatchStddev(tf.zeros([2, 2]) as tf.Tensor as tf.Tensor4D)).toThrow(
      'minibatchStddev: x has shape [2,2], expected rank 4 [B,H,W,C]',
    );
  });
});
