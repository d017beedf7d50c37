import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../runtime/engine/index.ts';
import {
  cropCentre,
  resize,
  resizeArea,
  resizeBilinear,
  resizeNearest,
  type Size,
} from '../../runtime/ops/resize.ts';
import { checkOperation, ENGINES, expectClose } from './numeric.ts';

const [B, H, W, C] = [2, 5, 6, 2] as const;
const shapes = [[B, H, W, C]] as const;

/** Resizes with `weight(i, k, input, output)`, what source pixel k contributes to target pixel i of an axis. */
function resized(
  x: Float64Array,
  [h, w]: Size,
  weight: (i: number, k: number, input: number, output: number) => number,
): Float64Array {
  const out = new Float64Array(B * h * w * C);
  out.forEach((_, at) => {
    const [c, z, y, b] = [
      at % C,
      Math.floor(at / C) % w,
      Math.floor(at / (C * w)) % h,
      Math.floor(at / (C * w * h)),
    ];
    let sum = 0;
    for (let i = 0; i < H; i++)
      for (let j = 0; j < W; j++)
        sum += weight(y, i, H, h) * weight(z, j, W, w) * (x[((b * H + i) * W + j) * C + c] as number);
    out[at] = sum;
  });
  return out;
}

const bilinear = (alignCorners: boolean) => (i: number, k: number, input: number, output: number) => {
  const position = alignCorners
    ? (i * (input - 1)) / Math.max(output - 1, 1)
    : ((i + 0.5) * input) / output - 0.5;
  const clamped = Math.min(Math.max(position, 0), input - 1);
  return Math.max(0, 1 - Math.abs(clamped - k));
};

const area = (i: number, k: number, input: number, output: number) => {
  const [start, end] = [Math.floor((i * input) / output), Math.ceil(((i + 1) * input) / output)];
  return k >= start && k < end ? 1 / (end - start) : 0;
};

const nearest = (i: number, k: number, input: number, output: number) =>
  Number(k === Math.floor((i * input) / output));

const SIZES: Size[] = [
  [8, 9],
  [10, 12],
  [3, 4],
  [5, 3],
  [1, 1],
  [1, 7],
];

describe.each(ENGINES)('resizing on %s', (engine) => {
  beforeAll(() => useEngine(engine));
  for (const size of SIZES) {
    for (const alignCorners of [false, true]) {
      it(`interpolates bilinearly to [${size}], alignCorners ${alignCorners}, with both gradients`, () => {
        checkOperation({
          shapes,
          op: (x) => resizeBilinear(x as tf.Tensor4D, size, { alignCorners }),
          formula: (x) => resized(x as Float64Array, size, bilinear(alignCorners)),
          second: true,
        });
      });
    }
    it(`averages areas to [${size}], with both gradients`, () => {
      checkOperation({
        shapes,
        op: (x) => resizeArea(x as tf.Tensor4D, size),
        formula: (x) => resized(x as Float64Array, size, area),
        second: true,
      });
    });
    it(`takes the nearest pixels to [${size}], with both gradients`, () => {
      checkOperation({
        shapes,
        op: (x) => resizeNearest(x as tf.Tensor4D, size),
        formula: (x) => resized(x as Float64Array, size, nearest),
        second: true,
      });
    });
  }

  it('averages whole blocks by a stride', () => {
    const x = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 4, 1]);
    expectClose(resizeArea(x, [1, 2]).dataSync(), [3.5, 5.5]);
    expect(resizeArea(x, [2, 4])).toBe(x);
  });

  it('follows the rule of GAN2Shape: area down, bilinear up, else unchanged', () => {
    const x = tf.tensor4d(
      Float32Array.from({ length: 30 }, (_, i) => i ** 1.5),
      [1, 5, 6, 1],
    );
    expectClose(resize(x, [3, 4]).dataSync(), resizeArea(x, [3, 4]).dataSync());
    expectClose(resize(x, [7, 8]).dataSync(), resizeBilinear(x, [7, 8]).dataSync());
    expectClose(resize(x, [7, 3]).dataSync(), resizeBilinear(x, [7, 3]).dataSync());
    expect(resize(x, [5, 6])).toBe(x);
    expect(() => resize(x, [5, 7])).toThrow('resize: x [1,5,6,1] has the height of [5,7] but another width');
  });

  it('crops the centre, the larger margin below', () => {
    const x = tf.tensor4d(
      Float32Array.from({ length: 25 }, (_, i) => i),
      [1, 5, 5, 1],
    );
    expect(Array.from(cropCentre(x, 2).dataSync())).toEqual([6, 7, 11, 12]);
    const slope = tf
      .grad((t) => cropCentre(t as tf.Tensor4D, 1))(x)
      .dataSync();
    expect(slope.indexOf(1)).toBe(12);
  });

  it('names what does not fit', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 4, 4, 1]);
    expect(() => resizeBilinear(tf.zeros([4, 4]) as tf.Tensor as tf.Tensor4D, [2, 2])).toThrow(
      'resizeBilinear: x has shape [4,4], expected rank 4 [B,H,W,C]',
    );
    expect(() => resizeArea(x, [0, 2])).toThrow(
      'resizeArea: size[0] is 0, expected an integer of at least 1',
    );
    expect(() => resizeNearest(x, [2, 1.5])).toThrow('resizeNearest: size[1] is 1.5, expected an integer');
    expect(() => cropCentre(x, 5)).toThrow('cropCentre: size is 5, which exceeds x [1,4,4,1]');
  });
});
