import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../runtime/engine/index.ts';
import { hostScope } from '../../runtime/nn/host-weights.ts';
import { weightShapes } from '../../runtime/nn/scope.ts';
import { discriminatorBuffers, generatorBuffers } from '../../runtime/nn/stylegan2-buffers.ts';
import { discriminator, discriminatorFeatures } from '../../runtime/nn/stylegan2-discriminator.ts';
import { mapping } from '../../runtime/nn/stylegan2-mapping.ts';
import { latentCount, noiseResolutions, synthesis } from '../../runtime/nn/stylegan2-synthesis.ts';
import {
  discriminatorWidths,
  generatorWidths,
  officialWidths,
  resolutionsAbove4,
} from '../../runtime/nn/stylegan2-widths.ts';
import { expectClose, noise, tensor } from '../ops/numeric.ts';
import { randomWeights } from './random-weights.ts';

beforeAll(() => useEngine('cpu'));

const TAPS = [1, 3, 3, 1];
const small = {
  size: 16,
  latent: 6,
  widths: (resolution: number) => (resolution === 4 ? 5 : 64 / resolution),
  taps: TAPS,
} as const;
const build = synthesis({ ...small, noise: 'fixed' });
const weights = randomWeights(build);

describe('widths', () => {
  it('are the official ones', () => {
    const sizes = [4, 32, 64, 128, 256, 512, 1024];
    expect(sizes.map(officialWidths())).toEqual([512, 512, 512, 256, 128, 64, 32]);
    expect(sizes.map(officialWidths({ multiplier: 1 }))).toEqual([512, 512, 256, 128, 64, 32, 16]);
    expect(sizes.map(officialWidths({ most: 48 }))).toEqual([48, 48, 48, 48, 48, 48, 32]);
  });

  it('follow from the shapes of weights', () => {
    const shapes = weightShapes(build);
    const widths = generatorWidths((name) => shapes.get(name), officialWidths());
    expect([4, 8, 16].map(widths)).toEqual([5, 8, 4]);
    const judge = weightShapes(discriminator({ ...small, group: 4 }));
    const judged = discriminatorWidths(16, (name) => judge.get(name), officialWidths());
    expect([4, 8, 16].map(judged)).toEqual([5, 8, 4]);
    expect([4, 8, 16].map(discriminatorWidths(16, () => undefined, officialWidths()))).toEqual([
      512, 512, 512,
    ]);
  });

  it.each([4, 24, 2048, 0])('refuses size %d', (size) => {
    expect(() => resolutionsAbove4(size)).toThrow(`size is ${size}, expected a power of two from 8 to 1024`);
  });
});

describe('mapping network', () => {
  const network = (range: { skip?: number; depth?: number }) => mapping({ latent: 6, layers: 8, ...range });
  const mapped = hostScope(randomWeights(network({})));
  const z = tensor<tf.Rank.R2>(noise(12, 3), [2, 6]);

  it('is the composition of its halves, wherever they meet', () => {
    const whole = network({})(mapped)(z).dataSync();
    for (const middle of [0, 1, 6, 9]) {
      const early = network({ depth: middle })(mapped)(z);
      expectClose(network({ skip: middle })(mapped)(early).dataSync(), whole);
    }
  });

  it('asks for the weights of its part alone', () => {
    expect([...weightShapes(network({ skip: 6 })).keys()].filter((name) => /weight$/.test(name))).toEqual([
      'style.6.weight',
      'style.7.weight',
      'style.8.weight',
    ]);
    expect(weightShapes(network({ depth: 1 })).size).toBe(0);
  });

  it('normalises first', () => {
    const y = network({ depth: 1 })(mapped)(z);
    const squares = tf.mean(tf.square(y), 1).dataSync();
    expectClose(squares, [1, 1]);
  });
});

describe('synthesis network', () => {
  const network = build(hostScope(weights));
  const w = tensor<tf.Rank.R2>(noise(12, 4), [2, 6]);

  it('gives an image and a feature for each resolution above 4×4', () => {
    const { image, features } = network(w);
    expect(image.shape).toEqual([2, 16, 16, 3]);
    expect(features.map(({ shape }) => shape)).toEqual([
      [2, 8, 8, 8],
      [2, 16, 16, 4],
    ]);
  });

  it('takes one latent for all layers, or one for each', () => {
    expect(latentCount(16)).toBe(6);
    const plus = tf.tile(tf.expandDims(w, 1), [1, 6, 1]);
    expectClose(network(plus).image.dataSync(), network(w).image.dataSync());
    expect(() => network(tf.zeros([2, 5, 6]))).toThrow('w has shape [2,5,6], expected [B,6] or [B,6,6]');
    expect(() => network(tf.zeros([2, 7]))).toThrow('w has shape [2,7]');
  });

  it('takes noise from its weights, or from its caller', () => {
    expect(noiseResolutions(16)).toEqual([4, 8, 8, 16, 16]);
    const given = synthesis({ ...small, noise: 'given' })(hostScope(weights));
    const own = noiseResolutions(16).map((resolution, i) => {
      const { data } = weights.get(`noises.noise_${i}`) as { data: Float32Array };
      return tf.tensor4d(data, [1, resolution, resolution, 1]);
    });
    expectClose(given(w, own).image.dataSync(), network(w).image.dataSync());
    expect(() => given(w)).toThrow('noise 0 is missing, expected 5 noise images');
  });
});

describe('discriminator', () => {
  const options = { ...small, group: 2 };
  const judgeWeights = randomWeights(discriminator(options));
  const image = tensor<tf.Rank.R4>(noise(2 * 16 * 16 * 3, 5), [2, 16, 16, 3]);

  it('gives a score and features, of which the first few can be had alone', () => {
    const { score, features } = discriminator(options)(hostScope(judgeWeights))(image);
    expect(score.shape).toEqual([2, 1]);
    expect(features.map(({ shape }) => shape)).toEqual([
      [2, 8, 8, 8],
      [2, 4, 4, 5],
      [2, 4, 4, 5],
    ]);
    for (const count of [1, 2, 3]) {
      const first = discriminatorFeatures({ ...options, count })(hostScope(judgeWeights))(image);
      expect(first).toHaveLength(count);
      expectClose(first.at(-1)?.dataSync() ?? [], features[count - 1]?.dataSync() ?? []);
    }
  });

  it('refuses images of another size, and more features than it has', () => {
    const judge = discriminator(options)(hostScope(judgeWeights));
    expect(() => judge(tf.zeros([2, 8, 8, 3]))).toThrow('image has shape [2,8,8,3], expected [B,16,16,3]');
    expect(() => discriminatorFeatures({ ...options, count: 4 })).toThrow(/4 features, expected 1 to 3/);
  });

  it('gives features of images that are smaller than those it judges', () => {
    const features = discriminatorFeatures({ ...options, count: 1 })(hostScope(judgeWeights));
    expect(features(tf.zeros([1, 8, 8, 3])).map(({ shape }) => shape)).toEqual([[1, 4, 4, 8]]);
  });
});

describe('blur kernels of checkpoints', () => {
  it('have the names and values of PyTorch', () => {
    const generator = generatorBuffers(16, TAPS);
    expect([...generator.keys()]).toEqual([
      'convs.0.conv.blur.kernel',
      'to_rgbs.0.upsample.kernel',
      'convs.2.conv.blur.kernel',
      'to_rgbs.1.upsample.kernel',
    ]);
    expect(generator.get('convs.0.conv.blur.kernel')?.data[5]).toBeCloseTo((4 * 9) / 64, 6);
    const judge = discriminatorBuffers(8, TAPS);
    expect([...judge.keys()]).toEqual(['convs.1.conv2.0.kernel', 'convs.1.skip.0.kernel']);
    expect(judge.get('convs.1.skip.0.kernel')?.data[0]).toBeCloseTo(1 / 64, 6);
  });

  it('are no weights', () => {
    const names = [...weightShapes(build).keys()];
    expect(names.filter((name) => name.endsWith('kernel'))).toEqual([]);
  });
});
