import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createCamera,
  depthToPoints,
  intrinsics,
  inverseIntrinsics,
  pixelGrid,
  pointsToGrid,
} from '../../../runtime/ops/geometry/camera.ts';
import { checkOperation, expectClose, noise } from '../numeric.ts';
import { backProjectMaps, project, type Vector } from './reference.ts';

beforeAll(() => tf.setBackend('cpu'));

const [B, S, FOV] = [2, 4, 30];
const camera = createCamera({ size: S, fov: FOV });
const depth = noise(B * S * S, 3).map((v) => 1 + 0.1 * v);

describe('createCamera', () => {
  it('puts the outermost pixel centres on the edge of the field of view', () => {
    const { focal, centre } = createCamera({ size: 32 });
    expect(centre).toBe(15.5);
    expect(Math.atan(centre / focal) * (360 / Math.PI)).toBeCloseTo(10, 10);
  });

  it('refuses sizes and fields of view that make no camera', () => {
    expect(() => createCamera({ size: 1 })).toThrow('camera size: expected an integer ≥ 2, found 1');
    expect(() => createCamera({ size: 4.5 })).toThrow('found 4.5');
    for (const fov of [0, 180, Number.NaN])
      expect(() => createCamera({ size: 4, fov })).toThrow('camera fov');
  });
});

describe('intrinsics', () => {
  it('is undone by its inverse', () => {
    expectClose(
      tf.matMul(intrinsics(camera), inverseIntrinsics(camera)).dataSync(),
      tf.eye(3).dataSync(),
      1e-6,
    );
  });
});

describe('pixelGrid', () => {
  it('gives x before y', () => {
    const small = createCamera({ size: 2 });
    expect([...pixelGrid(small, { units: 'pixels' }).dataSync()]).toEqual([0, 0, 1, 0, 0, 1, 1, 1]);
    expect([...pixelGrid(small, { units: 'normalized' }).dataSync()]).toEqual([-1, -1, 1, -1, -1, 1, 1, 1]);
  });
});

describe('depthToPoints', () => {
  it('back-projects, with the gradient', () => {
    checkOperation({
      shapes: [[B, S, S]],
      inputs: [depth],
      op: (d) => depthToPoints(d as tf.Tensor, camera),
      formula: (d) => Float64Array.from(backProjectMaps(d as Float64Array, S, FOV).flat()),
    });
  });

  it('refuses a map of another size', () => {
    expect(() => depthToPoints(tf.ones([1, 4, 5]), camera)).toThrow(
      'depthToPoints: depth has shape [1,4,5], expected [B,4,4]',
    );
    expect(() => depthToPoints(tf.ones([4, 4]), camera)).toThrow('has shape [4,4]');
  });
});

describe('pointsToGrid', () => {
  it('projects, with the gradient', () => {
    const points = noise(B * S * S * 3, 4).map((v, i) => (i % 3 === 2 ? 1 + 0.3 * v : v));
    checkOperation({
      shapes: [[B, S, S, 3]],
      inputs: [points],
      op: (p) => pointsToGrid(p as tf.Tensor, camera),
      formula: (p) => {
        const flat = p as Float64Array;
        const at = (i: number) => Array.from(flat.subarray(3 * i, 3 * i + 3)) as unknown as Vector;
        return Float64Array.from(
          Array.from({ length: flat.length / 3 }, (_, i) => project(at(i), S, FOV)).flat(),
        );
      },
    });
  });

  it('undoes the back-projection', () => {
    const points = depthToPoints(tf.tensor3d(Float32Array.from(depth), [B, S, S]), camera);
    const grid = tf.tile(pixelGrid(camera, { units: 'normalized' }), [B, 1, 1, 1]);
    expectClose(pointsToGrid(points, camera).dataSync(), grid.dataSync(), 1e-6);
  });

  it('refuses anything but points', () => {
    expect(() => pointsToGrid(tf.ones([1, 4, 4, 2]), camera)).toThrow(
      'pointsToGrid: points has shape [1,4,4,2], expected [B,H,W,3]',
    );
  });
});
