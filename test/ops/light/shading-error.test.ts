import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { shadingError } from '../../../runtime/ops/index.ts';
import { checkOperation, noise, tensor } from '../numeric.ts';

beforeAll(() => tf.setBackend('cpu'));

const [B, S, C, K] = [2, 3, 3, 2];
const NOISE = 0.1;
/** The segment of every pixel; −1 for none. */
const owners = Array.from({ length: B * S * S }, (_, pixel) => (pixel % 5) - 1).map((k) => (k < K ? k : -1));
const segments = tensor<tf.Rank.R4>(
  Float64Array.from({ length: B * S * S * K }, (_, i) => Number(owners[Math.floor(i / K)] === i % K)),
  [B, S, S, K],
);

/** The same, pixel by pixel. */
function formula(image: Float64Array, shading: Float64Array): Float64Array {
  const unexplained = Array.from({ length: B * S * S }, (_, pixel) => {
    const colour = image.subarray(pixel * C, (pixel + 1) * C);
    const brightness = colour.reduce((sum, value) => sum + (value + 1) / 2, 0) / C;
    return Math.log(brightness + 0.02) - Math.log(shading[pixel] as number);
  });
  let [total, count] = [0, 0];
  for (let b = 0; b < B; b++) {
    for (let k = 0; k < K; k++) {
      const own = unexplained.filter((_, pixel) => owners[pixel] === k && Math.floor(pixel / (S * S)) === b);
      const albedo = own.reduce((sum, value) => sum + value, 0) / own.length;
      for (const value of own) total += 2 * (Math.sqrt(1 + ((value - albedo) / NOISE) ** 2) - 1);
      count += own.length;
    }
  }
  return Float64Array.of(total / count);
}

describe('shadingError', () => {
  const image = noise(B * S * S * C, 1).map((value) => 0.7 * value);
  const shading = noise(B * S * S, 2).map((value) => 0.7 + 0.3 * value);

  it('is what one albedo a surface does not explain, with gradients', () => {
    checkOperation({
      shapes: [
        [B, S, S, C],
        [B, S, S],
      ],
      inputs: [image, shading],
      op: (a, b) => shadingError(a as tf.Tensor, b as tf.Tensor, segments, NOISE),
      formula: (a, b) => formula(a as Float64Array, b as Float64Array),
    });
  });

  it('is nothing for a picture of that shading, whatever the albedo of each surface', () => {
    const albedo = [0.4, 0.9];
    const lit = Float64Array.from({ length: B * S * S * C }, (_, i) => {
      const pixel = Math.floor(i / C);
      const brightness = (albedo[owners[pixel] as number] ?? 0) * (shading[pixel] as number);
      return 2 * (brightness - 0.02) - 1;
    });
    const error = shadingError(
      tensor(lit, [B, S, S, C]),
      tensor(shading, [B, S, S]),
      segments,
      NOISE,
    ).dataSync();
    expect(error[0]).toBeLessThan(1e-6);
  });

  it('is nothing where no surface was found', () => {
    const picture = tensor<tf.Rank.R4>(image, [B, S, S, C]);
    const error = shadingError(picture, tensor(shading, [B, S, S]), tf.zerosLike(segments), NOISE);
    expect(error.dataSync()[0]).toBe(0);
  });

  it('is refused where shapes do not fit', () => {
    expect(() =>
      shadingError(tf.zeros([1, 4, 4, 3]), tf.ones([1, 4, 4]), tf.ones([1, 3, 4, 1]), 0.1),
    ).toThrow('segments has shape [1,3,4,1], expected [1,4,4,1]');
  });
});
