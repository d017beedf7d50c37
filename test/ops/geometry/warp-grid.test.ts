import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCamera, pixelGrid } from '../../../runtime/ops/geometry/camera.ts';
import {
  inverseWarpedGrid,
  inverseWarpedPoints,
  warpedGrid,
  warpedPoints,
} from '../../../runtime/ops/geometry/warp-grid.ts';
import { checkOperation, expectClose, noise } from '../numeric.ts';
import * as reference from './reference.ts';

beforeAll(() => tf.setBackend('cpu'));

const [B, S, FOV, CENTRE] = [2, 3, 40, 0.9];
const options = { camera: createCamera({ size: S, fov: FOV }), rotationCentre: CENTRE };
const inputs = () => [noise(B * S * S, 1).map((v) => 1 + 0.1 * v), noise(B * 6, 2).map((v) => 0.3 * v)];

type Move = (point: reference.Vector, view: ArrayLike<number>, centre: number) => reference.Vector;

function points(move: Move, depth: Float64Array, view: Float64Array): reference.Vector[] {
  const viewOf = (i: number) => view.subarray(6 * Math.floor(i / (S * S)), 6 * Math.floor(i / (S * S)) + 6);
  return reference.backProjectMaps(depth, S, FOV).map((point, i) => move(point, viewOf(i), CENTRE));
}

describe.each([
  ['warped', warpedPoints, warpedGrid, reference.applyView],
  ['inverse-warped', inverseWarpedPoints, inverseWarpedGrid, reference.applyInverseView],
] as const)('%s', (_, toPoints, toGrid, move) => {
  const shapes = [
    [B, S, S],
    [B, 6],
  ];

  it('points agree with the definition, with gradients', () => {
    checkOperation({
      shapes,
      inputs: inputs(),
      op: (d, v) => toPoints(d as tf.Tensor, v as tf.Tensor, options),
      formula: (d, v) => Float64Array.from(points(move, d as Float64Array, v as Float64Array).flat()),
    });
  });

  it('grids agree with the definition, with gradients', () => {
    checkOperation({
      shapes,
      inputs: inputs(),
      op: (d, v) => toGrid(d as tf.Tensor, v as tf.Tensor, options),
      formula: (d, v) => {
        const projected = points(move, d as Float64Array, v as Float64Array).map((p) =>
          reference.project(p, S, FOV),
        );
        return Float64Array.from(projected.flat());
      },
    });
  });

  it('the grid of a zero view is the identity', () => {
    const grid = toGrid(tf.fill([1, S, S], 0.95), tf.zeros([1, 6]), options);
    expectClose(grid.dataSync(), pixelGrid(options.camera, { units: 'normalized' }).dataSync(), 1e-5);
  });

  it('refuses depth of another size than the camera', () => {
    expect(() => toGrid(tf.ones([1, 4, 4]), tf.zeros([1, 6]), options)).toThrow(
      'depth has shape [1,4,4], expected [B,3,3]',
    );
  });
});
