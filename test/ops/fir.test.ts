import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../runtime/engine/index.ts';
import { blur2d, downsample2d, upsample2d } from '../../runtime/ops/fir.ts';
import { checkOperation, ENGINES, expectClose } from './numeric.ts';

const [H, W, C] = [4, 5, 2] as const;

/** The separable kernel [1, 3, 3, 1] / 8 along both axes; `phase` aligns it, `step` decimates. */
function filtered(x: Float64Array, up: number, step: number, phase: number): Float64Array {
  const tap = (offset: number) => [1, 3, 3, 1][offset + phase] ?? 0;
  const out: number[] = [];
  for (let y = 0; y + step <= H * up; y += step)
    for (let z = 0; z + step <= W * up; z += step)
      for (let c = 0; c < C; c++) {
        let sum = 0;
        for (let i = 0; i < H; i++)
          for (let j = 0; j < W; j++)
            sum += (tap(i * up - y) * tap(j * up - z) * (x[(i * W + j) * C + c] as number)) / 64;
        out.push(sum * up ** 2);
      }
  return Float64Array.from(out);
}

const shapes = [[1, H, W, C]] as const;

describe.each(ENGINES)('StyleGAN2 resampling on %s', (engine) => {
  beforeAll(() => useEngine(engine));
  it('blurs, with the size kept', () => {
    checkOperation({
      shapes,
      op: (x) => blur2d(x as tf.Tensor4D),
      formula: (x) => filtered(x as Float64Array, 1, 1, 2),
      second: true,
    });
  });

  it('upsamples', () => {
    checkOperation({
      shapes,
      op: (x) => upsample2d(x as tf.Tensor4D),
      formula: (x) => filtered(x as Float64Array, 2, 1, 2),
      second: true,
    });
  });

  it('downsamples', () => {
    checkOperation({
      shapes,
      op: (x) => downsample2d(x as tf.Tensor4D),
      formula: (x) => filtered(x as Float64Array, 1, 2, 1),
      second: true,
    });
  });

  it('keeps a constant image constant, away from its borders', () => {
    const up = upsample2d(tf.ones([1, 6, 6, 1]));
    expectClose(tf.slice(up, [0, 4, 4, 0], [1, 4, 4, 1]).dataSync(), new Float32Array(16).fill(1));
    const down = downsample2d(tf.ones([1, 8, 8, 1]));
    expectClose(tf.slice(down, [0, 1, 1, 0], [1, 2, 2, 1]).dataSync(), [1, 1, 1, 1]);
  });

  it('takes another factor and other taps', () => {
    expect(upsample2d(tf.ones([1, 3, 3, 1]), { factor: 3 }).shape).toEqual([1, 9, 9, 1]);
    expectClose(downsample2d(tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]), { taps: [2, 2] }).dataSync(), [2.5]);
  });

  it('names what does not fit', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 4, 4, 1]);
    expect(() => upsample2d(x, { taps: [1], factor: 2 })).toThrow(
      'upsample2d: 1 taps cannot filter a factor of 2, expected at least 2',
    );
    expect(() => blur2d(x, { taps: [1, -1] })).toThrow(
      'blur2d: taps [1,-1] sum to 0, expected a sum other than 0',
    );
    expect(() => downsample2d(x, { factor: 1.5 })).toThrow(
      'downsample2d: factor is 1.5, expected an integer',
    );
  });
});
