import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCamera } from '../../../runtime/ops/geometry/camera.ts';
import { renderMesh, turntable, warpImage } from '../../../runtime/ops/geometry/render-view.ts';
import { expectClose, noise, tensor } from '../numeric.ts';

beforeAll(() => tf.setBackend('cpu'));

const S = 8;
const options = { camera: createCamera({ size: S }) };
const image = tensor(noise(S * S * 3, 1), [1, S, S, 3]) as tf.Tensor4D;
const plane = tf.fill([1, S, S], 1);
const still = tf.zeros([1, 6]);
const inner = (x: tf.Tensor) => tf.slice(x, [0, 0, 0, 0], [1, S - 1, S - 1, 3]);

describe('warpImage', () => {
  it('shows the image itself for a zero view, but for the row and column that the mesh misses', () => {
    expectClose(inner(warpImage(image, plane, still, options)).dataSync(), inner(image).dataSync(), 1e-5);
  });

  it('repeats one image for several views', () => {
    expect(warpImage(image, plane, tf.zeros([3, 6]), options).shape).toEqual([3, S, S, 3]);
  });

  it('shifts by a pixel for a translation of a pixel', () => {
    const step = 1 / options.camera.focal;
    const shifted = warpImage(image, plane, tf.tensor2d([[0, 0, 0, step, 0, 0]]), options);
    const [left, right] = [
      tf.slice(image, [0, 1, 1, 0], [1, 4, 4, 3]),
      tf.slice(shifted, [0, 1, 2, 0], [1, 4, 4, 3]),
    ];
    expectClose(right.dataSync(), left.dataSync(), 1e-4);
  });
});

describe('renderMesh', () => {
  it('draws a flat colour on white', () => {
    const drawn = renderMesh(tf.fill([1, S, S, 3], 0.25), plane, still, options);
    const expected = Array.from({ length: S * S }, (_, i) =>
      i % S === S - 1 || i >= S * (S - 1) ? 1 : 0.25,
    );
    expectClose(tf.mean(drawn, -1).dataSync(), expected, 2e-3);
  });

  it('undoes a view and applies it again', () => {
    const view = tf.tensor2d([[0.1, -0.2, 0.05, 0.01, 0, 0.02]]);
    const drawn = renderMesh(image, plane, view, { ...options, from: view });
    expectClose(drawn.dataSync(), renderMesh(image, plane, still, options).dataSync(), 0.05);
  });

  it('keeps values within the image’s range', () => {
    const drawn = renderMesh(image, plane, tf.zeros([2, 6]), { ...options, crop: { left: 2 } });
    expect(drawn.shape).toEqual([2, S, S, 3]);
    expect(Math.max(...drawn.dataSync().map(Math.abs))).toBeLessThanOrEqual(1);
  });
});

describe('turntable', () => {
  it('spaces angles evenly about the axis', () => {
    const yaw = turntable({ axis: 'yaw', degrees: 90, count: 3 });
    expectClose(
      yaw.dataSync(),
      [0, -Math.PI / 2, 0, 0, 0, 0, ...new Array(6).fill(0), 0, Math.PI / 2, 0, 0, 0, 0],
      1e-6,
    );
    expect(turntable({ axis: 'pitch', degrees: 20, count: 2 }).dataSync()[0]).toBeCloseTo(-Math.PI / 9, 6);
  });

  it('starts at −degrees, also when that is the only view', () => {
    const only = turntable({ axis: 'yaw', degrees: 90, count: 1 });
    expectClose(only.dataSync(), [0, -Math.PI / 2, 0, 0, 0, 0], 1e-6);
  });
});
