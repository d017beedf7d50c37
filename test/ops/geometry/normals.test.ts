import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCamera } from '../../../runtime/ops/geometry/camera.ts';
import { normalsFromDepth } from '../../../runtime/ops/geometry/normals.ts';
import { checkOperation, expectClose, noise } from '../numeric.ts';
import { backProjectMaps, type Vector } from './reference.ts';

beforeAll(() => tf.setBackend('cpu'));

const [B, S, FOV] = [2, 4, 30];
const camera = createCamera({ size: S, fov: FOV });

function minus([ax, ay, az]: Vector, [bx, by, bz]: Vector): Vector {
  return [ax - bx, ay - by, az - bz];
}

function normals(depth: Float64Array, size: number): Float64Array {
  const points = backProjectMaps(depth, size, FOV);
  const at = (i: number) => points[i] as Vector;
  const result = points.map((_, i): Vector => {
    const [u, v] = [i % size, Math.floor(i / size) % size];
    if (u === 0 || v === 0 || u === size - 1 || v === size - 1) return [0, 0, 1];
    const [a, b] = [minus(at(i + 1), at(i - 1)), minus(at(i + size), at(i - size))];
    const n: Vector = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    const length = Math.hypot(...n);
    return [n[0] / length, n[1] / length, n[2] / length];
  });
  return Float64Array.from(result.flat());
}

describe('normalsFromDepth', () => {
  it('is the normalised cross product of central differences, with the gradient', () => {
    checkOperation({
      shapes: [[B, S, S]],
      inputs: [noise(B * S * S, 1).map((v) => 1 + 0.1 * v)],
      op: (depth) => normalsFromDepth(depth as tf.Tensor, camera),
      formula: (depth) => normals(depth as Float64Array, S),
    });
  });

  it('gives a plane that faces the camera (0, 0, 1) everywhere', () => {
    const facing = normalsFromDepth(tf.fill([1, S, S], 1.05), camera);
    expectClose(facing.dataSync(), Array.from({ length: S * S }, () => [0, 0, 1]).flat(), 1e-5);
  });

  it('gives a slanted plane its normal', () => {
    // The plane 0.6x + 0.8z = 0.8 meets the ray (sx, sy, 1) at depth 0.8 / (0.6·sx + 0.8).
    const slopes = backProjectMaps(new Float64Array(S * S).fill(1), S, FOV).map(
      ([x]) => 0.8 / (0.6 * x + 0.8),
    );
    const inner = tf.slice(
      normalsFromDepth(tf.tensor3d(slopes, [1, S, S]), camera),
      [0, 1, 1, 0],
      [1, 2, 2, 3],
    );
    expectClose(inner.dataSync(), Array.from({ length: 4 }, () => [0.6, 0, 0.8]).flat(), 1e-5);
  });

  it('refuses maps of another size and cameras without inner pixels', () => {
    expect(() => normalsFromDepth(tf.ones([1, 5, 5]), camera)).toThrow(
      'normalsFromDepth: depth has shape [1,5,5]',
    );
    expect(() => normalsFromDepth(tf.ones([1, 2, 2]), createCamera({ size: 2 }))).toThrow(
      'at least 3, found 2',
    );
  });
});
