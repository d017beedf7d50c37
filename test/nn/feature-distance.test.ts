import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../runtime/engine/index.ts';
import { detached, featureDistance } from '../../runtime/nn/feature-distance.ts';

beforeAll(() => useEngine('cpu'));

const a = [tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]), tf.tensor4d([1, 5], [1, 1, 1, 2])];
const b = [tf.tensor4d([0, 2, 5, 4], [1, 2, 2, 1]), tf.tensor4d([2, 2], [1, 1, 1, 2])];

describe('feature distance', () => {
  it('adds up mean absolute differences', () => {
    expect(featureDistance(a, b).dataSync()[0]).toBeCloseTo(3 / 4 + 4 / 2, 6);
  });

  it('weighs pixels by the mask averaged down to them', () => {
    // averaged to 2×2: 1, 0.5, 0.25, 0; to 1×1: 0.4375
    const mask = tf.tensor4d([1, 1, 1, 0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0], [1, 4, 4, 1]);
    expect(featureDistance(a, b, mask).dataSync()[0]).toBeCloseTo((1 * 1 + 0.25 * 2) / 1.75 + 2, 6);
  });

  it('refuses a mask that does not average down, and lists of unequal length', () => {
    expect(() => featureDistance(a, b, tf.ones([1, 3, 3, 1]))).toThrow(/no multiple of the feature/);
    expect(() => featureDistance(a, b.slice(0, 1))).toThrow(/2 features, but 1/);
  });

  it('sends no gradient through what is detached', () => {
    const gradient = tf.grad((x) => tf.sum(tf.mul(x, detached(x))))(tf.tensor1d([2, 3]));
    expect([...gradient.dataSync()]).toEqual([2, 3]);
  });
});
