import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { latentNormLoss, photometricLoss, smoothnessLoss } from '../../runtime/ops/losses.ts';
import { checkOperation, expectClose, noise, tensor } from './numeric.ts';

beforeAll(() => tf.setBackend('cpu'));

const [B, H, W, C] = [2, 3, 4, 3];
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);
const scalar = (value: number) => Float64Array.of(value);

describe('photometricLoss', () => {
  it('is the mean absolute difference, with gradients', () => {
    checkOperation({
      shapes: [
        [B, H, W, C],
        [B, H, W, C],
      ],
      op: (a, b) => photometricLoss(a as tf.Tensor, b as tf.Tensor),
      formula: (a, b) =>
        scalar(sum((a as Float64Array).map((v, i) => Math.abs(v - (b?.[i] ?? 0)))) / (B * H * W * C)),
    });
  });

  it('weighs pixels by a mask and confidence, with gradients by all inputs', () => {
    const inputs = [
      noise(B * H * W * C, 1),
      noise(B * H * W * C, 2),
      noise(B * H * W, 3),
      noise(B * H * W, 4),
    ];
    inputs[2] = inputs[2]?.map((v) => 0.6 + 0.4 * v) as Float64Array;
    inputs[3] = inputs[3]?.map((v) => 0.6 + 0.4 * v) as Float64Array;
    checkOperation({
      shapes: [
        [B, H, W, C],
        [B, H, W, C],
        [B, H, W, 1],
        [B, H, W, 1],
      ],
      inputs,
      op: (a, b, mask, sigma) =>
        photometricLoss(a as tf.Tensor, b as tf.Tensor, {
          mask: mask as tf.Tensor,
          sigma: sigma as tf.Tensor,
        }),
      formula: (a, b, mask, sigma) => {
        const pixel = (values: Float64Array | undefined, i: number) => values?.[Math.floor(i / C)] ?? 0;
        const terms = (a as Float64Array).map((v, i) => {
          const scale = pixel(sigma, i);
          return ((Math.SQRT2 * Math.abs(v - (b?.[i] ?? 0))) / scale + Math.log(scale)) * pixel(mask, i);
        });
        return scalar(sum(terms) / (C * sum(mask as Float64Array)));
      },
    });
  });

  it('does not pull at pixels that agree', () => {
    const image = tensor(noise(B * H * W * C, 1), [B, H, W, C]);
    const gradient = tf.grad((a: tf.Tensor) => photometricLoss(a, image))(image);
    expect(gradient.dataSync().every((value) => value === 0)).toBe(true);
  });

  it('gives NaN for an empty mask', () => {
    const loss = photometricLoss(tf.ones([1, 2, 2, 3]), tf.zeros([1, 2, 2, 3]), {
      mask: tf.zeros([1, 2, 2, 1]),
    });
    expect(loss.dataSync()[0]).toBeNaN();
  });

  it('refuses shapes that do not go together', () => {
    const [a, b] = [tf.ones([1, 2, 2, 3]), tf.ones([1, 2, 3, 3])];
    expect(() => photometricLoss(a, b)).toThrow('photometricLoss: b has shape [1,2,3,3], expected [1,2,2,3]');
    expect(() => photometricLoss(a, a, { mask: tf.ones([1, 2, 2]) })).toThrow(
      'photometricLoss: mask has shape [1,2,2], which does not broadcast to [1,2,2,3]',
    );
    expect(() => photometricLoss(a, a, { sigma: tf.ones([1, 3, 2, 1]) })).toThrow(
      'sigma has shape [1,3,2,1]',
    );
  });
});

/** Second differences of maps [B,h,w,c], term by term. */
function smoothness(map: Float64Array, [b, h, w, c]: readonly [number, number, number, number]): number {
  const at = (n: number, y: number, x: number, k: number) => map[((n * h + y) * w + x) * c + k] ?? Number.NaN;
  const mean = (
    rows: number,
    columns: number,
    term: (n: number, y: number, x: number, k: number) => number,
  ) => {
    let total = 0;
    for (let n = 0; n < b; n++) {
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++) for (let k = 0; k < c; k++) total += Math.abs(term(n, y, x, k));
      }
    }
    return total / (b * rows * columns * c);
  };
  const xx = mean(h, w - 2, (n, y, x, k) => at(n, y, x + 2, k) - 2 * at(n, y, x + 1, k) + at(n, y, x, k));
  const yy = mean(h - 2, w, (n, y, x, k) => at(n, y + 2, x, k) - 2 * at(n, y + 1, x, k) + at(n, y, x, k));
  const xy = mean(
    h - 1,
    w - 1,
    (n, y, x, k) => at(n, y + 1, x + 1, k) - at(n, y + 1, x, k) - at(n, y, x + 1, k) + at(n, y, x, k),
  );
  return xx + 2 * xy + yy;
}

describe('smoothnessLoss', () => {
  it.each([
    [[B, H, W, 1] as const, [B, H, W]],
    [[B, H, W, C] as const, [B, H, W, C]],
  ])('is the mean of the second differences of %j, with the gradient', (shape, tensorShape) => {
    checkOperation({
      shapes: [tensorShape],
      op: (map) => smoothnessLoss(map as tf.Tensor),
      formula: (map) => scalar(smoothness(map as Float64Array, shape)),
    });
  });

  it('weighs the maps of a list by powers of 1/2.3', () => {
    const [fine, coarse] = [noise(2 * 5 * 5, 1), noise(2 * 3 * 3, 2)];
    const loss = smoothnessLoss([tensor(fine, [2, 5, 5]), tensor(coarse, [2, 3, 3])]);
    const expected = smoothness(fine, [2, 5, 5, 1]) + smoothness(coarse, [2, 3, 3, 1]) / 2.3;
    expectClose(loss.dataSync(), [expected], 1e-6);
  });

  it('is zero, with a zero gradient, for a plane', () => {
    const plane = tf.tensor3d(
      Array.from({ length: 16 }, (_, i) => 2 * (i % 4) - Math.floor(i / 4)),
      [1, 4, 4],
    );
    expect(smoothnessLoss(plane).dataSync()[0]).toBe(0);
    const gradient = tf.grad((map: tf.Tensor) => smoothnessLoss(map))(plane);
    expect(gradient.dataSync().every((value) => value === 0)).toBe(true);
  });

  it('refuses maps without second differences, other ranks and empty lists', () => {
    expect(() => smoothnessLoss(tf.ones([1, 2, 5]))).toThrow('map has shape [1,2,5]');
    expect(() => smoothnessLoss(tf.ones([5, 5]))).toThrow('expected [B,H,W] or [B,H,W,C] of at least 3×3');
    expect(() => smoothnessLoss([])).toThrow('at least one map');
  });
});

describe('latentNormLoss', () => {
  it('is the mean square, with the gradient', () => {
    checkOperation({
      shapes: [[2, 5]],
      op: (offset) => latentNormLoss(offset as tf.Tensor),
      formula: (offset) => scalar(sum((offset as Float64Array).map((v) => v * v)) / 10),
    });
  });
});
