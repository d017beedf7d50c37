import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCamera } from '../../../runtime/ops/geometry/camera.ts';
import { viewDepthRange, visibleMask, warpDepth } from '../../../runtime/ops/geometry/warp-depth.ts';
import { expectClose } from '../numeric.ts';

beforeAll(() => tf.setBackend('cpu'));

const S = 8;
const options = { camera: createCamera({ size: S }) };

describe('viewDepthRange', () => {
  it('adds half the range at both ends', () => {
    const { minDepth, maxDepth } = viewDepthRange({});
    expectClose([minDepth, maxDepth], [0.8, 1.2], 1e-12);
  });
});

describe('warpDepth', () => {
  it('shows a plane at its depth, and the far clamp in the row and column that the mesh misses', () => {
    const warped = warpDepth(tf.fill([1, S, S], 0.95), tf.zeros([1, 6]), options);
    const expected = Array.from({ length: S * S }, (_, i) =>
      i % S === S - 1 || i >= S * (S - 1) ? 1.2 : 0.95,
    );
    expectClose(warped.dataSync(), expected, 1e-6);
    expect([...visibleMask(warped).dataSync()]).toEqual(expected.map((depth) => Number(depth < 1.2)));
  });

  it('moves with the view along the axis, and passes that on as its gradient', () => {
    const depth = tf.fill([1, S, S], 0.95);
    const view = tf.tensor2d([[0, 0, 0, 0, 0, -0.05]]);
    const centre = (map: tf.Tensor) => tf.slice(map, [0, 3, 3], [1, 2, 2]);
    expectClose(centre(warpDepth(depth, view, options)).dataSync(), [0.9, 0.9, 0.9, 0.9], 1e-6);
    const gradient = tf.grad((v: tf.Tensor) => tf.sum(centre(warpDepth(depth, v, options))))(view);
    expect(gradient.dataSync()[5]).toBeCloseTo(4, 4);
  });

  it('draws one canonical depth from several views', () => {
    const views = tf.tensor2d([new Array(6).fill(0), [0, 0, 0, 0, 0, 0.1]]);
    const warped = warpDepth(tf.fill([1, S, S], 1), views, options);
    expect(warped.shape).toEqual([2, S, S]);
    expectClose(tf.slice(warped, [0, 4, 4], [2, 1, 1]).dataSync(), [1, 1.1], 1e-6);
  });

  it('clamps to the range it is given and stops the gradient there', () => {
    const near = { ...options, minDepth: 1, maxDepth: 1.2 };
    const depth = tf.fill([1, S, S], 0.8);
    expect(tf.min(warpDepth(depth, tf.zeros([1, 6]), near)).dataSync()[0]).toBeCloseTo(0.9, 6);
    const gradient = tf.grad((d: tf.Tensor) => tf.sum(warpDepth(d, tf.zeros([1, 6]), near)))(depth);
    expect(gradient.dataSync().every((value) => value === 0)).toBe(true);
  });

  it('refuses depth of another size than the camera', () => {
    expect(() => warpDepth(tf.ones([1, 4, 4]), tf.zeros([1, 6]), options)).toThrow(
      'depth has shape [1,4,4], expected [B,8,8]',
    );
  });
});

describe('visibleMask', () => {
  it('is a constant of differentiation', () => {
    const depth = tf.fill([1, 2, 2], 1);
    const gradient = tf.grad((d: tf.Tensor) => tf.sum(tf.mul(visibleMask(d), d)))(depth);
    expect([...gradient.dataSync()]).toEqual([1, 1, 1, 1]);
  });
});
