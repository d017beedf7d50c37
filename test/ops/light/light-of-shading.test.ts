import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../runtime/engine/index.ts';
import {
  diffuseShading,
  type LightOfShadingOptions,
  lightingFromVector,
  lightOfShading,
  shade,
} from '../../../runtime/ops/index.ts';
import { ENGINES, expectClose, noise, tensor } from '../numeric.ts';

const S = 24;
const options: LightOfShadingOptions = {
  mean: [0, 0, 0, 0.3],
  deviation: [0.2, 0.2, 0.6, 0.3],
  noise: 0.1,
  pixels: 1e6,
};
const places = Array.from({ length: S * S }, (_, i) => ({
  x: (2 * (i % S) + 1) / S - 1,
  y: (2 * Math.floor(i / S) + 1) / S - 1,
}));
/** The front of a ball. */
const ball = tensor<tf.Rank.R4>(
  Float64Array.from(places.flatMap(({ x, y }) => [x, y, Math.sqrt(Math.max(0, 1 - x * x - y * y))])),
  [1, S, S, 3],
);
const upper = (i: number) => (places[i] as { y: number }).y < 0;
const segments = tensor<tf.Rank.R4>(
  Float64Array.from({ length: 2 * S * S }, (_, i) => {
    const { x, y } = places[Math.floor(i / 2)] as { x: number; y: number };
    return Number(Math.hypot(x, y) < 0.95 && upper(Math.floor(i / 2)) === (i % 2 === 0));
  }),
  [1, S, S, 2],
);

/** A ball of two albedos under a light; some pixels are as dark as eyes. */
function picture(light: readonly number[], dark: (i: number) => boolean = () => false): tf.Tensor4D {
  const lighting = lightingFromVector(tf.tensor2d([[...light]]));
  const shading = shade(diffuseShading(ball, lighting.direction), lighting).dataSync();
  const brightness = Float64Array.from(
    shading,
    (value, i) => value * (dark(i) ? 0.05 : upper(i) ? 0.2 : 0.7),
  );
  return tf.tile(
    tensor<tf.Rank.R4>(
      brightness.map((v) => 2 * (v - 0.02) - 1),
      [1, S, S, 1],
    ),
    [1, 1, 1, 3],
  );
}

describe.each(ENGINES)('on %s', (engine) => {
  beforeAll(async () => {
    await useEngine(engine);
  });

  it('finds where light comes from, and how strong it is beside the ambient light', () => {
    for (const light of [
      [-0.1, 0.2, 0.7, 0.5],
      [0.2, -0.2, -0.8, -0.1],
    ]) {
      const [a = 0, b = 0, ...slopes] = lightOfShading(picture(light), ball, segments, options).dataSync();
      expectClose(slopes, light.slice(2), 0.02);
      // Brightness tells the ratio of the two strengths; their sum is the albedo's.
      const ratio = ((light[1] as number) + 1) / ((light[0] as number) + 1);
      expect((b + 1) / (a + 1) / ratio).toBeCloseTo(1, 1);
    }
  });

  it('heeds little what is no shading, such as eyes', () => {
    const light = [0, 0, 0.6, 0.2];
    const spotted = picture(light, (i) => i % 7 === 0);
    const found = lightOfShading(spotted, ball, segments, options).dataSync();
    expectClose(found.slice(2), light.slice(2), 0.1);
  });

  it('gives what is expected where a picture tells nothing, each image its own', () => {
    const light = [0, 0, -0.5, 0.4];
    const images = tf.concat([picture(light), picture(light)]) as tf.Tensor4D;
    const normals = tf.concat([ball, ball]) as tf.Tensor4D;
    const parts = tf.concat([segments, tf.zerosLike(segments)]) as tf.Tensor4D;
    const found = lightOfShading(images, normals, parts, options);
    expect(found.shape).toEqual([2, 4]);
    expectClose(found.dataSync().slice(2, 4), light.slice(2), 0.02);
    expectClose(found.dataSync().slice(4), [0, 0, 0, 0.3], 1e-6);
  });

  it('gives finite lights of noise', () => {
    const image = tensor<tf.Rank.R4>(noise(S * S * 3, 5), [1, S, S, 3]);
    const found = lightOfShading(image, ball, segments, { ...options, pixels: 100 }).dataSync();
    expect([...found].every((value) => Math.abs(value) < 3)).toBe(true);
  });
});
