import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  angularError,
  depthMetrics,
  erodeMask,
  evaluationMask,
  maskedMean,
  scaleInvariantError,
} from '../../runtime/ops/metrics.ts';
import { expectClose, noise, tensor } from './numeric.ts';

beforeAll(() => tf.setBackend('cpu'));

const [B, S] = [2, 5];
const positive = (seed: number) => noise(B * S * S, seed).map((v) => 1 + 0.1 * v);
const unitNormals = (seed: number) => {
  const raw = tensor(noise(B * S * S * 3, seed), [B, S, S, 3]);
  return tf.div(raw, tf.norm(raw, 2, -1, true)) as tf.Tensor4D;
};
const binary = (seed: number) => noise(B * S * S, seed).map((v) => Number(v > -0.5));
const perImage = (f: (image: number) => number) => Array.from({ length: B }, (_, b) => f(b));
/** The mean of term(i) over the pixels of an image where the mask is 1. */
function mean(mask: Float64Array, image: number, term: (i: number) => number): number {
  const pixels = Array.from({ length: S * S }, (_, i) => image * S * S + i).filter((i) => mask[i] === 1);
  return pixels.reduce((total, i) => total + term(i), 0) / pixels.length;
}

describe('erodeMask', () => {
  it('keeps what has all eight neighbours', () => {
    const mask = tf.tensor3d(
      Array.from({ length: 25 }, (_, i) => Number(i !== 23)),
      [1, 5, 5],
    );
    const kept = [6, 7, 8, 11, 12, 13, 16];
    expect([...erodeMask(mask).dataSync()]).toEqual(
      Array.from({ length: 25 }, (_, i) => Number(kept.includes(i))),
    );
  });

  it('refuses a mask with channels', () => {
    expect(() => erodeMask(tf.ones([1, 4, 4, 1]))).toThrow(
      'erodeMask: mask has shape [1,4,4,1], expected [B,H,W]',
    );
  });
});

describe('evaluationMask', () => {
  it('leaves out the background of each image and what the prediction does not show', () => {
    const truth = tf.tensor3d([...new Array(36).fill(1), ...new Array(36).fill(1.5)], [2, 6, 6]).bufferSync();
    truth.set(2, 0, 0, 0);
    truth.set(2, 1, 0, 0);
    const shown = tf.ones([2, 6, 6]).bufferSync();
    shown.set(0, 1, 5, 5);
    const mask = evaluationMask(truth.toTensor(), shown.toTensor());
    const sums = tf.sum(mask, [1, 2]).dataSync();
    // 16 inner pixels; a corner costs one, two opposite corners two.
    expect([...sums]).toEqual([15, 14]);
  });

  it('refuses masks of another size', () => {
    expect(() => evaluationMask(tf.ones([1, 4, 4]), tf.ones([1, 4, 5]))).toThrow(
      'predictedMask has shape [1,4,5], expected [1,4,4]',
    );
  });
});

describe('scaleInvariantError', () => {
  it('is zero for maps that differ by a constant', () => {
    const depth = tensor(positive(1), [B, S, S]);
    const error = scaleInvariantError(depth, tf.add(depth, tf.tensor3d([0.3, -0.2], [2, 1, 1])));
    expect(Math.max(...error.dataSync())).toBeLessThan(1e-12);
  });

  it('is zero outside the mask', () => {
    const mask = binary(3);
    const error = scaleInvariantError(
      tensor(positive(1), [B, S, S]),
      tensor(positive(2), [B, S, S]),
      tensor(mask, [B, S, S]),
    );
    error.dataSync().forEach((value, i) => {
      if (mask[i] === 0) expect(value).toBe(0);
    });
  });
});

describe('angularError', () => {
  it('measures degrees and survives rounding above one', () => {
    const a = tf.tensor4d([0, 0, 1.0000001, 1, 0, 0, 0, 0, 1], [1, 1, 3, 3]);
    const b = tf.tensor4d([0, 0, 1, 0, 1, 0, 0, 0, -1], [1, 1, 3, 3]);
    expectClose(angularError(a, b).dataSync(), [0, 90, 180], 1e-6);
  });
});

describe('depthMetrics', () => {
  it('agrees with the definitions in double precision, per image', () => {
    const [predicted, truth, mask] = [positive(1), positive(2), binary(3)];
    const [normals, trueNormals] = [unitNormals(4), unitNormals(5)];
    const metrics = depthMetrics({
      depth: tensor(predicted, [B, S, S]),
      truth: tensor(truth, [B, S, S]),
      normals,
      trueNormals,
      mask: tensor(mask, [B, S, S]),
    });
    const difference = (i: number) => (predicted[i] ?? 0) - (truth[i] ?? 0);
    const logRatio = (i: number) => Math.log((predicted[i] ?? 0) / (truth[i] ?? 0));
    const [n, m] = [normals.dataSync(), trueNormals.dataSync()];
    const cosine = (i: number) =>
      [0, 1, 2].reduce((s, k) => s + (n[3 * i + k] ?? 0) * (m[3 * i + k] ?? 0), 0);
    const side = (b: number) => {
      const average = mean(mask, b, logRatio);
      return Math.sqrt(mean(mask, b, (i) => (logRatio(i) - average) ** 2));
    };
    expectClose(
      metrics.mae.dataSync(),
      perImage((b) => mean(mask, b, (i) => Math.abs(difference(i)))),
    );
    expectClose(
      metrics.mse.dataSync(),
      perImage((b) => mean(mask, b, (i) => difference(i) ** 2)),
    );
    expectClose(metrics.side.dataSync(), perImage(side));
    expectClose(
      metrics.mad.dataSync(),
      perImage((b) => mean(mask, b, (i) => (Math.acos(cosine(i)) * 180) / Math.PI)),
    );
  });

  it('gives NaN where the mask of an image is empty', () => {
    expect([...maskedMean(tf.ones([2, 1, 2]), tf.tensor3d([0, 0, 1, 1], [2, 1, 2])).dataSync()]).toEqual([
      NaN,
      1,
    ]);
  });

  it('refuses maps of different sizes', () => {
    const [depth, normals] = [tf.ones([1, 4, 4]), tf.ones([1, 4, 4, 3])];
    const rest = { normals, trueNormals: normals, mask: depth };
    expect(() => depthMetrics({ depth, truth: tf.ones([1, 4, 5]), ...rest })).toThrow('depthMetrics: truth');
    expect(() => depthMetrics({ depth, truth: depth, ...rest, mask: tf.ones([1, 4]) })).toThrow(
      'depthMetrics: mask',
    );
  });
});
