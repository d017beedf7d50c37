import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../runtime/engine/index.ts';
import { alignedReliefError, depthMetrics, maskedCorrelation } from '../../runtime/ops/index.ts';
import { ENGINES, expectClose, noise, tensor } from './numeric.ts';

const [B, S] = [3, 8];
const N = S * S;
const depths = (seed: number) => noise(B * N, seed).map((v) => 1 + 0.1 * v);
const mask = noise(B * N, 9).map((v) => Number(v > -0.5));
const maps = (data: Float64Array) => tensor<tf.Rank.R3>(data, [B, S, S]);

/** The values of an image inside of the mask, each through `f`, minus their mean. */
function centred(data: Float64Array, image: number, f = (v: number) => v): number[] {
  const inside = [...data.slice(image * N, (image + 1) * N)].filter((_, i) => mask[image * N + i] === 1);
  const values = inside.map((v) => f(Math.fround(v)));
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return values.map((v) => v - mean);
}
const dot = (a: number[], b: number[]) => a.reduce((sum, v, i) => sum + v * (b[i] as number), 0);
const perImage = (f: (image: number) => number) => Array.from({ length: B }, (_, b) => f(b));

function correlation(a: Float64Array, b: Float64Array, image: number, f?: (v: number) => number): number {
  const [p, t] = [centred(a, image, f), centred(b, image, f)];
  return dot(p, t) / Math.sqrt(dot(p, p) * dot(t, t));
}

describe.each(ENGINES)('on %s', (engine) => {
  beforeAll(async () => {
    await useEngine(engine);
  });

  it('the correlation is that of the formula in double precision', () => {
    const [a, b] = [depths(1), depths(2)];
    const agreeing = a.map((v, i) => v + 0.5 * (b[i] as number));
    expectClose(
      maskedCorrelation(maps(a), maps(agreeing), maps(mask)).dataSync(),
      perImage((image) => correlation(a, agreeing, image)),
      1e-5,
    );
    const inverted = a.map((v) => 3 - 2 * v);
    expectClose(maskedCorrelation(maps(a), maps(inverted), maps(mask)).dataSync(), [-1, -1, -1], 1e-5);
  });

  it('the aligned error is what the best of many scales leaves, in double precision', () => {
    const [truth, other] = [depths(1), depths(2)];
    const depth = truth.map((v, i) => 1 + 0.3 * (v - 1) + 0.1 * ((other[i] as number) - 1));
    const best = perImage((image) => {
      const [p, t] = [centred(depth, image, Math.log), centred(truth, image, Math.log)];
      const errors = Array.from({ length: 8001 }, (_, i) => {
        const scale = i / 1000;
        return Math.sqrt(dot(p, p) * scale ** 2 - 2 * scale * dot(p, t) + dot(t, t)) / Math.sqrt(p.length);
      });
      return Math.min(...errors);
    });
    expectClose(alignedReliefError(maps(depth), maps(truth), maps(mask)).dataSync(), best, 1e-5);
    // The same as what the correlation of the logarithms leaves of the truth's deviation.
    const left = perImage((image) => {
      const t = centred(truth, image, Math.log);
      return Math.sqrt((dot(t, t) / t.length) * (1 - correlation(depth, truth, image, Math.log) ** 2));
    });
    expectClose(best, left, 1e-5);
  });

  it('neither minds a factor of depth nor the scale of the relief', () => {
    const truth = depths(1);
    const flatter = truth.map((v) => 1.7 * Math.exp(0.2 * Math.log(v)));
    const errors = alignedReliefError(maps(flatter), maps(truth), maps(mask)).dataSync();
    expect(Math.max(...errors)).toBeLessThan(1e-6);
  });

  it('a relief inside out and a flat one leave the error of a constant depth', () => {
    const truth = depths(1);
    const ones = tf.ones([B, S, S]);
    const normals = tf.ones([B, S, S, 3]);
    const rest = { normals, trueNormals: normals, mask: maps(mask) };
    const constant = depthMetrics({ depth: ones, truth: maps(truth), ...rest }).side.dataSync();
    expect(Math.min(...constant)).toBeGreaterThan(0.01);
    const inverted = maps(truth.map((v) => 1 / v));
    expectClose(alignedReliefError(inverted, maps(truth), maps(mask)).dataSync(), constant, 1e-6);
    for (const level of [1, 0.3, 1 / 3]) {
      const flat = tf.fill([B, S, S], level);
      expectClose(alignedReliefError(flat, maps(truth), maps(mask)).dataSync(), constant, 1e-6);
      expect([...maskedCorrelation(flat, maps(truth), maps(mask)).dataSync()]).toEqual([0, 0, 0]);
      expect([...maskedCorrelation(maps(truth), flat, maps(mask)).dataSync()]).toEqual([0, 0, 0]);
    }
  });

  it('an empty mask of one image gives NaN for that image', () => {
    const [a, b] = [maps(depths(1)), maps(depths(2))];
    const some = maps(mask.map((v, i) => (i < N ? 0 : v)));
    for (const values of [maskedCorrelation(a, b, some), alignedReliefError(a, b, some)]) {
      expect([...values.dataSync()].map(Number.isNaN)).toEqual([true, false, false]);
    }
  });
});

it('refuses maps of different sizes', () => {
  const [a, b] = [tf.ones([1, 4, 4]), tf.ones([1, 4, 5])];
  expect(() => maskedCorrelation(a, b, a)).toThrow('maskedCorrelation: b has shape [1,4,5]');
  expect(() => alignedReliefError(a, a, b)).toThrow('alignedReliefError: mask has shape [1,4,5]');
});
