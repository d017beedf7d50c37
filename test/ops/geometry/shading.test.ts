import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  applyShading,
  diffuseShading,
  lightDirection,
  lightingFromVector,
  shade,
} from '../../../runtime/ops/geometry/shading.ts';
import { checkOperation, expectClose, noise, tensor } from '../numeric.ts';

beforeAll(() => tf.setBackend('cpu'));

const [B, H, W] = [2, 2, 3];

function texture(albedo: Float64Array, normals: Float64Array, light: Float64Array): Float64Array {
  return albedo.map((a, i) => {
    const pixel = Math.floor(i / 3);
    const [l0 = 0, l1 = 0, l2 = 0, l3 = 0] = light.subarray(4 * Math.floor(pixel / (H * W)));
    const [nx = 0, ny = 0, nz = 0] = normals.subarray(3 * pixel);
    const cosine = Math.max(0, (nx * l2 + ny * l3 + nz) / Math.hypot(l2, l3, 1));
    return (a / 2 + 0.5) * (l0 / 2 + 0.5 + (l1 / 2 + 0.5) * cosine) * 2 - 1;
  });
}

describe('shading', () => {
  it('lights an albedo by Lambert’s law, with all gradients', () => {
    checkOperation({
      shapes: [
        [B, H, W, 3],
        [B, H, W, 3],
        [B, 4],
      ],
      op: (albedo, normals, light) =>
        tf.tidy(() => {
          const lighting = lightingFromVector(light as tf.Tensor);
          const cosine = diffuseShading(normals as tf.Tensor, lighting.direction);
          return applyShading(albedo as tf.Tensor, shade(cosine, lighting));
        }),
      formula: (albedo, normals, light) =>
        texture(albedo as Float64Array, normals as Float64Array, light as Float64Array),
    });
  });

  it('has unit directions', () => {
    const direction = lightDirection(tensor(noise(4, 1), [2, 2]));
    expect(direction.shape).toEqual([2, 1, 1, 3]);
    expectClose(tf.norm(direction, 2, -1).dataSync(), [1, 1], 1e-6);
  });

  it('leaves faces that look away to the ambient light', () => {
    const lighting = lightingFromVector(tf.tensor2d([[0, 1, 0, 0]]));
    const away = diffuseShading(tf.tensor4d([0, 0, -1], [1, 1, 1, 3]), lighting.direction);
    expect([...shade(away, lighting).dataSync()]).toEqual([0.5]);
  });

  it('refuses other shapes', () => {
    expect(() => lightingFromVector(tf.ones([2, 3]))).toThrow(
      'lightingFromVector: light has shape [2,3], expected [B,4]',
    );
    expect(() => lightDirection(tf.ones([2, 3]))).toThrow('lightDirection: slopes');
    expect(() => diffuseShading(tf.ones([1, 2, 2]), tf.ones([1, 1, 1, 3]))).toThrow(
      'diffuseShading: normals',
    );
    expect(() => diffuseShading(tf.ones([1, 2, 2, 3]), tf.ones([1, 3]))).toThrow('expected [B,1,1,3]');
    expect(() => applyShading(tf.ones([1, 2, 2, 3]), tf.ones([1, 2, 2, 1]))).toThrow('applyShading: shading');
  });
});
