import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { imageFeatures } from '../../../nodes/metric/image-features.ts';
import { kernelDistance } from '../../../nodes/metric/kernel-distance.ts';
import { useEngine } from '../../../runtime/engine/index.ts';
import type { NodeContext } from '../../../runtime/node.ts';
import { ENGINES, expectClose, noise, tensor } from '../../ops/numeric.ts';

const context = {} as NodeContext;

/** Equation 4 of the paper on features of the real set's mean and deviation, by plain loops. */
function reference(real: number[][], fake: number[][]): number {
  const length = (real[0] as number[]).length;
  const column = (j: number) => real.map((row) => row[j] as number);
  const average = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
  const means = Array.from({ length }, (_, j) => average(column(j)));
  const deviations = means.map((m, j) => Math.sqrt(average(column(j).map((x) => (x - m) ** 2)) + 1e-4));
  const whitened = (rows: number[][]) =>
    rows.map((row) => row.map((x, j) => (x - (means[j] as number)) / (deviations[j] as number)));
  const [x, y] = [whitened(real), whitened(fake)];
  const k = (a: number[], b: number[]) =>
    (a.reduce((sum, value, j) => sum + value * (b[j] as number), 0) / length + 1) ** 3;
  const pairs = (a: number[][], b: number[][], own: boolean) =>
    a.flatMap((one, i) => b.filter((_, j) => !own || i !== j).map((other) => k(one, other)));
  return average(pairs(x, x, true)) + average(pairs(y, y, true)) - 2 * average(pairs(x, y, false));
}

const rows = (count: number, length: number, seed: number, shift = 0) =>
  Array.from({ length: count }, (_, i) => Array.from(noise(length, seed + i), (x) => x + shift));

describe.each(ENGINES)('metric/kernel-distance on %s', (engine) => {
  beforeAll(() => useEngine(engine));
  const distance = (real: number[][], fake: number[][]) =>
    kernelDistance
      .run({ inputs: { real: tf.tensor2d(real), fake: tf.tensor2d(fake) }, params: {}, context })
      .distance.dataSync()[0] as number;

  it('is the unbiased discrepancy of the two sets', () => {
    const [real, fake] = [rows(5, 4, 10), rows(7, 4, 30, 0.5)];
    expectClose([distance(real, fake)], [reference(real, fake)], 1e-4);
  });

  it('is about 0 for sets of one kind and grows with the difference', () => {
    const real = rows(60, 6, 100);
    const same = Math.abs(distance(real, rows(60, 6, 300)));
    const shifted = [0.5, 1].map((shift) => distance(real, rows(60, 6, 300, shift)));
    expect(same).toBeLessThan(0.2);
    expect(shifted[0]).toBeGreaterThan(same);
    expect(shifted[1]).toBeGreaterThan(shifted[0] as number);
  });

  it('needs pairs', () => {
    expect(() => distance(rows(1, 2, 1), rows(2, 2, 1))).toThrow('a set of one element has no pairs');
  });
});

describe('metric/image-features', () => {
  beforeAll(() => useEngine('cpu'));
  const features = (images: tf.Tensor4D, cells: number) =>
    imageFeatures.run({ inputs: { images }, params: { cells }, context }).features;

  it('are colours, and how much grey rises in each direction', () => {
    // Grey rises by 0.1 a column: two columns to the right of the other, 0.2 between the neighbours of a pixel.
    const ramp = tf.tidy(() =>
      tf.tile(tf.reshape(tf.mul(tf.range(0, 8), 0.1), [1, 1, 8, 1]), [1, 8, 1, 3]),
    ) as tf.Tensor4D;
    const found = features(ramp, 1).dataSync();
    expect(found.length).toBe(3 + 8);
    expectClose(found.slice(0, 3), [0.35, 0.35, 0.35]);
    // 36 of 64 pixels have neighbours on all sides.
    const rise = (angle: number) => (Math.max(0, Math.cos(angle)) * 0.2 * 36) / 64;
    expectClose(
      found.slice(3),
      Array.from({ length: 8 }, (_, i) => rise((i * Math.PI) / 4)),
    );
  });

  it('keeps images of a batch apart', () => {
    const images = tensor<tf.Rank.R4>(noise(2 * 8 * 8 * 3, 3), [2, 8, 8, 3]);
    const both = features(images, 2);
    expect(both.shape).toEqual([2, 4 * 11]);
    expectClose(
      tf.slice(both, [1, 0], [1, 44]).dataSync(),
      features(tf.slice(images, [1], [1]) as tf.Tensor4D, 2).dataSync(),
    );
  });

  it('says where the cells do not fit', () => {
    expect(() => features(tf.zeros([1, 8, 8, 3]), 3)).toThrow('3 cells do not divide images of 8×8');
  });
});
