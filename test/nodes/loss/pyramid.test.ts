import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { pyramid } from '../../../nodes/loss/pyramid.ts';
import { useEngine } from '../../../runtime/engine/index.ts';
import { noise, tensor } from '../../ops/numeric.ts';

beforeAll(() => useEngine('cpu'));

/** The same in double precision, plane by plane. */
function expected(values: ArrayLike<number>, size: number, levels: number, edges: number): number {
  let plane = Array.from({ length: size }, (_, y) =>
    Array.from({ length: size }, (_, x) => values[y * size + x] ?? 0),
  );
  const mean = (all: number[]) => all.reduce((sum, value) => sum + Math.abs(value), 0) / all.length;
  let sum = 0;
  let count = 0;
  for (let level = 0; level < levels; level++) {
    const at = (y: number, x: number) => plane[y]?.[x] as number;
    const n = plane.length;
    const grid = <T>(h: number, w: number, f: (y: number, x: number) => T) =>
      Array.from({ length: h }, (_, y) => Array.from({ length: w }, (_, x) => f(y, x)));
    if (level > 0) {
      if (n <= 4 || n % 2 > 0) break;
      plane = grid(
        n / 2,
        n / 2,
        (y, x) =>
          [0, 1].flatMap((i) => [0, 1].map((j) => at(2 * y + i, 2 * x + j))).reduce((a, b) => a + b) / 4,
      );
    }
    const m = plane.length;
    sum += mean(plane.flat());
    sum += edges * mean(grid(m, m - 1, (y, x) => at(y, x + 1) - at(y, x)).flat());
    sum += edges * mean(grid(m - 1, m, (y, x) => at(y + 1, x) - at(y, x)).flat());
    count++;
  }
  return sum / count;
}

function loss(values: ArrayLike<number>, size: number, params: { levels: number; edges: number }): number {
  const target = tensor<tf.Rank.R4>(noise(size * size, 8), [1, size, size, 1]);
  const image = tf.add<tf.Tensor4D>(target, tf.tensor4d(Float32Array.from(values), [1, size, size, 1]));
  return pyramid
    .run({ inputs: { image, target }, params, context: {} as never })
    .loss.dataSync()[0] as number;
}

describe('loss/pyramid', () => {
  it.each([
    [16, 1, 1],
    [16, 4, 1],
    [16, 3, 0.5],
    [12, 4, 1],
    [8, 2, 0],
  ])('agrees with its formula at %i pixels, %i levels, edges %f', (size, levels, edges) => {
    const values = noise(size * size, 5);
    expect(loss(values, size, { levels, edges })).toBeCloseTo(expected(values, size, levels, edges), 5);
  });

  it('is nothing for equal images, and an offset alone for offset ones', () => {
    expect(loss(new Float32Array(64), 8, { levels: 4, edges: 1 })).toBe(0);
    expect(loss(new Float32Array(64).fill(0.25), 8, { levels: 4, edges: 1 })).toBeCloseTo(0.25, 6);
  });

  it('has a gradient at every scale', () => {
    const target = tf.zeros<tf.Rank.R4>([1, 8, 8, 3]);
    const gradient = tf.grad((image) =>
      tf.reshape(
        pyramid.run({
          inputs: { image: image as tf.Tensor4D, target },
          params: { levels: 4, edges: 1 },
          context: {} as never,
        }).loss,
        [],
      ),
    )(tensor<tf.Rank.R4>(noise(192, 2), [1, 8, 8, 3]));
    expect(Array.from(gradient.dataSync()).every((value) => Number.isFinite(value))).toBe(true);
    expect(tf.sum(tf.abs(gradient)).dataSync()[0]).toBeGreaterThan(0);
  });
});
