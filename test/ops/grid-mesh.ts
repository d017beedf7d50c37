// Grid meshes and their rasterization by the definition: every face at every sample, in double precision.
import * as tf from '@tensorflow/tfjs-core';
import { projectToNdc } from '../../runtime/ops/rasterize-depth.ts';

export type Point = readonly [number, number, number];

/** A wavy relief around depth 1, turned by `yaw` (radians): meshes [1,S,S,3], projected for the rasterizers. */
export function relief(size: number, yaw: number): tf.Tensor4D {
  const centre = (size - 1) / 2;
  const focal = centre / Math.tan((5 * Math.PI) / 180);
  const points = Array.from({ length: size * size }, (_, i) => {
    const [u, v] = [i % size, Math.floor(i / size)];
    const depth = 1 + 0.02 * Math.sin(1.3 * u + 0.4) * Math.cos(0.9 * v) + 0.003 * u;
    const [x, y, z] = [((u - centre) / focal) * depth, ((v - centre) / focal) * depth, depth - 1];
    return [
      x * Math.cos(yaw) + z * Math.sin(yaw) + 0.0007,
      y + 0.0004,
      z * Math.cos(yaw) - x * Math.sin(yaw) + 1,
    ];
  });
  return projectToNdc(tf.tensor4d(points.flat(), [1, size, size, 3]), { focal, centre });
}

/** The vertex numbers of every face, both sides. */
export function faceTable(size: number): [number, number, number][] {
  const cells = Array.from(
    { length: (size - 1) ** 2 },
    (_, i) => Math.floor(i / (size - 1)) * size + (i % (size - 1)),
  );
  const front = [
    ...cells.map((v): [number, number, number] => [v, v + size, v + 1]),
    ...cells.map((v): [number, number, number] => [v + 1, v + size, v + size + 1]),
  ];
  return [...front, ...front.map(([a, b, c]): [number, number, number] => [c, b, a])];
}

export function pointAt(vertices: ArrayLike<number>, index: number): Point {
  return [vertices[3 * index] ?? 0, vertices[3 * index + 1] ?? 0, vertices[3 * index + 2] ?? 0];
}

/** Barycentric coordinates of sample (x, y) in a face on the screen, and the depth of the face there. */
export function hit(
  [p, q, r]: readonly [Point, Point, Point],
  x: number,
  y: number,
): { weights: Point; depth: number } {
  const area = (a: readonly number[], b: readonly number[], c: readonly number[]) =>
    ((b[0] ?? 0) - (a[0] ?? 0)) * ((c[1] ?? 0) - (a[1] ?? 0)) -
    ((b[1] ?? 0) - (a[1] ?? 0)) * ((c[0] ?? 0) - (a[0] ?? 0));
  const whole = area(p, q, r);
  const s = [x, y];
  const weights: Point = [area(s, q, r) / whole, area(p, s, r) / whole, area(p, q, s) / whole];
  const depth = 1 / (weights[0] / p[2] + weights[1] / q[2] + weights[2] / r[2]);
  return { weights, depth };
}

/** The normalised centre of sample i of 2S. */
export const centreOf = (i: number, size: number): number => (i + 0.5) / size - 1;

/** The depth [S,S] of one mesh when each sample sees the face that `faces` [2S,2S] names. */
export function depthOfFaces(
  vertices: ArrayLike<number>,
  faces: ArrayLike<number>,
  size: number,
  far: number,
): number[] {
  const table = faceTable(size);
  const sum = Array<number>(size * size).fill(0);
  for (let row = 0; row < 2 * size; row++) {
    for (let column = 0; column < 2 * size; column++) {
      const corners = table[faces[row * 2 * size + column] ?? -1];
      const pixel = (size - 1 - (row >> 1)) * size + (column >> 1);
      const depth = corners
        ? hit(
            [pointAt(vertices, corners[0]), pointAt(vertices, corners[1]), pointAt(vertices, corners[2])],
            centreOf(column, size),
            centreOf(row, size),
          ).depth
        : far;
      sum[pixel] = (sum[pixel] ?? 0) + depth / 4;
    }
  }
  return sum;
}

/** The face that each sample sees: of those that contain it and face the viewer the nearest, else -1. */
export function visibleFaces(vertices: ArrayLike<number>, size: number): number[] {
  const table = faceTable(size).map(
    (corners) => corners.map((i) => pointAt(vertices, i)) as [Point, Point, Point],
  );
  return Array.from({ length: 4 * size * size }, (_, sample) => {
    const [x, y] = [centreOf(sample % (2 * size), size), centreOf(Math.floor(sample / (2 * size)), size)];
    let nearest = Infinity;
    let seen = -1;
    table.forEach(([p, q, r], face) => {
      if ((q[0] - p[0]) * (r[1] - p[1]) <= (q[1] - p[1]) * (r[0] - p[0])) return;
      const { weights, depth } = hit([p, q, r], x, y);
      if (Math.min(...weights) >= 0 && depth < nearest) {
        nearest = depth;
        seen = face;
      }
    });
    return seen;
  });
}
