import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { rasterizeColour } from '../../runtime/ops/rasterize-colour.ts';
import { rasterizeDepthMaps } from '../../runtime/ops/rasterize-depth.ts';
import { centreOf, faceTable, hit, pointAt, relief } from './grid-mesh.ts';

const SIZE = 6;

beforeAll(() => tf.setBackend('cpu'));

/**
 * One sample by way of a 2×2×2 texture cube, as Neural 3D Mesh Renderer has it: corner (i, j, k) of the cube is 1 at
 * the three unit vectors for one colour each, and elsewhere what makes the cube affine; the cube is interpolated
 * trilinearly at (w0·z/z0, w1·z/z1, w2·z/z2).
 */
function sampleCube(colours: readonly number[], at: readonly number[]): number {
  let value = 0;
  for (let corner = 0; corner < 8; corner++) {
    const bits = [corner >> 2, (corner >> 1) & 1, corner & 1];
    const ones = bits.reduce((sum, bit) => sum + bit, 0);
    const texel = colours.reduce((sum, colour, k) => sum + colour * (0.5 + (bits[k] ?? 0) - ones / 2), 0);
    value += bits.reduce((product, bit, k) => product * (bit ? (at[k] ?? 0) : 1 - (at[k] ?? 0)), texel);
  }
  return value;
}

describe('rasterizeColour', () => {
  it.each([
    ['the front', 0.3],
    ['the back', Math.PI - 0.4],
  ])('agrees with sampling texture cubes in double precision, seen from %s', (_, yaw) => {
    const mesh = relief(SIZE, yaw);
    const vertices = mesh.dataSync();
    const image = Float32Array.from({ length: SIZE ** 2 * 2 }, (_, i) => Math.sin(1.7 * i));
    const background = [0.25, -3];
    const drawn = rasterizeColour(mesh, tf.tensor4d(image, [1, SIZE, SIZE, 2]), { background }).dataSync();
    const faces = rasterizeDepthMaps(mesh, { far: 10 }).faceIndex.dataSync();
    const table = faceTable(SIZE);
    const half = table.length / 2;
    const expected = new Float64Array(SIZE ** 2 * 2);
    faces.forEach((face, sample) => {
      const [row, column] = [Math.floor(sample / (2 * SIZE)), sample % (2 * SIZE)];
      const pixel = (SIZE - 1 - (row >> 1)) * SIZE + (column >> 1);
      // Back faces are front faces whose corners, and whose cube's axes, are reversed.
      const corners = table[face % half];
      const at = corners?.map((i) => pointAt(vertices, i)) as [typeof p, typeof p, typeof p] | undefined;
      const p = pointAt(vertices, 0);
      for (const channel of [0, 1]) {
        let value = background[channel] ?? 0;
        if (corners && at) {
          const { weights, depth } = hit(at, centreOf(column, SIZE), centreOf(row, SIZE));
          const place = weights.map((w, k) => Math.min(Math.max((w * depth) / (at[k]?.[2] ?? 1), 0), 0.999));
          const [a, b, c] = corners;
          const order = face % half < half / 2 ? [a, c, b] : [b, a, c];
          value = sampleCube(
            order.map((i) => image[2 * i + channel] ?? 0),
            place,
          );
        }
        expected[2 * pixel + channel] = (expected[2 * pixel + channel] ?? 0) + value / 4;
      }
    });
    expect(faces.includes(-1) && faces.some((face) => face >= 0)).toBe(true);
    drawn.forEach((value, i) => void expect(Math.abs(value - (expected[i] ?? 0))).toBeLessThan(2e-4));
  });

  it('keeps one colour one colour and is white around it', () => {
    const mesh = relief(SIZE, 0.2);
    const faces = rasterizeDepthMaps(mesh).faceIndex.dataSync();
    const drawn = rasterizeColour(mesh, tf.fill([1, SIZE, SIZE, 3], -0.5)).dataSync();
    let full = 0;
    for (let pixel = 0; pixel < SIZE ** 2; pixel++) {
      const [row, column] = [SIZE - 1 - Math.floor(pixel / SIZE), pixel % SIZE];
      const samples = [0, 1, 2 * SIZE, 2 * SIZE + 1].map(
        (at) => faces[row * 4 * SIZE + 2 * column + at] ?? -1,
      );
      const covered = samples.filter((face) => face >= 0).length / 4;
      full += covered === 1 ? 1 : 0;
      for (const channel of [0, 1, 2]) {
        expect(Math.abs((drawn[3 * pixel + channel] ?? 0) - (1 - 1.5 * covered))).toBeLessThan(1e-3);
      }
    }
    expect(full).toBeGreaterThan(SIZE);
  });

  it('takes batches and any number of channels', () => {
    const mesh = tf.concat([relief(SIZE, 0.1), relief(SIZE, 0.8)]) as tf.Tensor4D;
    const image = tf.concat([tf.zeros([1, SIZE, SIZE, 5]), tf.ones([1, SIZE, SIZE, 5])]) as tf.Tensor4D;
    const both = rasterizeColour(mesh, image, { background: 0 });
    expect(both.shape).toEqual([2, SIZE, SIZE, 5]);
    const second = tf.slice(both, [1, 0, 0, 0]).dataSync();
    const alone = rasterizeColour(relief(SIZE, 0.8), tf.ones([1, SIZE, SIZE, 5]), {
      background: 0,
    }).dataSync();
    expect(second).toEqual(alone);
    expect(
      tf
        .slice(both, [0, 0, 0, 0], [1, -1, -1, -1])
        .dataSync()
        .every((value) => value === 0),
    ).toBe(true);
  });

  it('shows the background where vertices are not finite', () => {
    const mesh = tf.fill([1, SIZE, SIZE, 3], Number.NaN) as tf.Tensor4D;
    const drawn = rasterizeColour(mesh, tf.zeros([1, SIZE, SIZE, 3]), { background: [0, 0.5, 1] }).dataSync();
    expect(drawn.every((value, i) => value === (i % 3) / 2)).toBe(true);
  });

  it('refuses shapes that do not belong together and options out of range', () => {
    const mesh = relief(SIZE, 0);
    const image = tf.zeros([1, SIZE, SIZE, 3]) as tf.Tensor4D;
    const smaller = tf.zeros([1, SIZE, SIZE - 1, 3]) as tf.Tensor4D;
    expect(() => rasterizeColour(mesh, smaller)).toThrow(/rasterizeColour: image has shape \[1,6,5,3\]/);
    expect(() => rasterizeColour(mesh, tf.zeros([2, SIZE, SIZE, 3]))).toThrow(RangeError);
    expect(() => rasterizeColour(smaller, image)).toThrow(/vertices/);
    expect(() => rasterizeColour(mesh, tf.zeros([SIZE, SIZE, 3]) as unknown as tf.Tensor4D)).toThrow(
      /rank 4/,
    );
    expect(() => rasterizeColour(mesh, tf.cast(image, 'int32'))).toThrow(/int32/);
    expect(() => rasterizeColour(mesh, image, { background: [1, 1] })).toThrow(/2 values, expected 3/);
    expect(() => rasterizeColour(mesh, image, { eps: 1 })).toThrow(/eps is 1/);
    expect(() => rasterizeColour(mesh, image, { near: 20 })).toThrow(/near is 20 and far is 10/);
  });
});
