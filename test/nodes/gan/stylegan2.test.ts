import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { stylegan2Discriminator } from '../../../nodes/gan/stylegan2-discriminator.ts';
import { stylegan2Generator } from '../../../nodes/gan/stylegan2-generator.ts';
import { stylegan2Mapping } from '../../../nodes/gan/stylegan2-mapping.ts';
import { discriminatorFeaturesLoss } from '../../../nodes/loss/discriminator-features.ts';
import { type HostTensor, useEngine } from '../../../runtime/engine/index.ts';
import { hostScope } from '../../../runtime/nn/host-weights.ts';
import { stateDict } from '../../../runtime/nn/state-dict.ts';
import { discriminatorBuffers, generatorBuffers } from '../../../runtime/nn/stylegan2-buffers.ts';
import { discriminator } from '../../../runtime/nn/stylegan2-discriminator.ts';
import { mapping } from '../../../runtime/nn/stylegan2-mapping.ts';
import { synthesis } from '../../../runtime/nn/stylegan2-synthesis.ts';
import { randomWeights } from '../../nn/random-weights.ts';
import { expectClose, noise, tensor } from '../../ops/numeric.ts';
import { checkpoints, messageOf, networkContext } from '../stored.ts';

beforeAll(() => useEngine('cpu'));

const { context, save } = checkpoints();
const TAPS = [1, 3, 3, 1];
const small = {
  size: 16,
  latent: 6,
  taps: TAPS,
  group: 2,
  widths: (resolution: number) => (resolution === 4 ? 5 : 64 / resolution),
} as const;
const synthesisWeights = randomWeights(synthesis({ ...small, noise: 'fixed' }));
const mappingWeights = randomWeights(mapping({ latent: 6, layers: 8 }), 50);
const judgeWeights = randomWeights(discriminator(small), 90);
const w = tensor<tf.Rank.R2>(noise(12, 4), [2, 6]);
const image = tensor<tf.Rank.R4>(noise(2 * 16 * 16 * 3, 5), [2, 16, 16, 3]);

/** Writes a GAN as its training does: weights and blur kernels. */
function saveGan(file: string, generator: ReadonlyMap<string, HostTensor> = synthesisWeights) {
  return save(file, {
    g_ema: stateDict(new Map([...mappingWeights, ...generator, ...generatorBuffers(16, TAPS)])),
    d: stateDict(new Map([...judgeWeights, ...discriminatorBuffers(16, TAPS)])),
  });
}

const gan = {
  size: 16,
  channelMultiplier: 2,
  maxChannels: 512,
  widths: [],
  blur: TAPS,
  checkpoint: 'gan.pt',
};
const generatorParams = { ...gan, latent: 6, noise: 'fixed', truncation: 1, entry: 'g_ema' } as const;

/** What a node of that kind is given, with the weights that its file holds and their shapes. */
function withShapes(weights: ReadonlyMap<string, HostTensor>) {
  const made = networkContext(weights);
  const shapeOf = (name: string) => weights.get(name)?.shape;
  return { ...made, weights: { ...made.weights, shapeOf } };
}

async function generated(
  params: Partial<typeof generatorParams> | object,
  inputs: { w: tf.Tensor; mean?: tf.Tensor2D },
) {
  const all = { ...generatorParams, ...params };
  const loaded = await stylegan2Generator.load?.({ params: all, context });
  return stylegan2Generator.run({
    inputs: { mean: undefined, ...inputs },
    params: all,
    context: withShapes(loaded ?? new Map()),
  });
}

describe('the generator node', () => {
  const expected = synthesis({ ...small, noise: 'fixed' })(hostScope(synthesisWeights));

  it('takes its channels from the checkpoint', async () => {
    await saveGan('gan.pt');
    const { image, features } = await generated({}, { w });
    expectClose(image.dataSync(), expected(w).image.dataSync());
    expect(features.map(({ shape }) => shape[3])).toEqual([8, 4]);
  });

  it('draws latents towards their mean: that of many samples, or the one it is given', async () => {
    const mean = tf.mean(
      mapping({ latent: 6, layers: 8 })(hostScope(mappingWeights))(
        tf.tensor2d(context.random.normal(4096 * 6), [4096, 6]),
      ),
      0,
      true,
    );
    const towards = (centre: tf.Tensor) =>
      expected(tf.add(tf.mul(w, 0.5), tf.mul(centre, 0.5))).image.dataSync();
    const own = await generated({ truncation: 0.5 }, { w });
    expectClose(own.image.dataSync(), towards(mean), 1e-4);
    const given = await generated({ truncation: 0.5 }, { w, mean: tf.zeros([1, 6]) });
    expectClose(given.image.dataSync(), towards(tf.zeros([1, 6])));
  });

  it('draws the noise that an older file lacks', async () => {
    const older = new Map([...synthesisWeights].filter(([name]) => !name.startsWith('noises')));
    await saveGan('older.pt', older);
    const loaded = await stylegan2Generator.load?.({
      params: { ...generatorParams, checkpoint: 'older.pt' },
      context,
    });
    expect(loaded?.get('noises.noise_4')).toEqual({
      data: context.random.normal(256),
      shape: [16, 16, 1, 1],
    });
  });

  it('says what GAN a file holds where the graph says another', async () => {
    const load = (params: object) =>
      messageOf(
        stylegan2Generator.load?.({ params: { ...generatorParams, ...params }, context }) as Promise<unknown>,
      );
    expect(await load({ size: 32 })).toMatch(
      /another than the graph says: found images of 16×16 and latents of length 6, expected images of 32×32 and latents of length 6/,
    );
    expect(await load({ latent: 512 })).toMatch(/expected images of 16×16 and latents of length 512/);
    expect(await load({ entry: 'd' })).toMatch(/missing input\.input/);
    expect(await load({ entry: 'g' })).toMatch(/no such entry: found g_ema, d, expected g\b/);
    expect(await load({ blur: [1, 2, 1, 1] })).toMatch(
      /the blur kernel convs\.0\.conv\.blur\.kernel is not that of/,
    );
  });

  it('lists missing and misshapen weights', async () => {
    const broken = new Map<string, HostTensor>(synthesisWeights);
    broken.delete('convs.1.activate.bias');
    broken.set('to_rgb1.bias', { data: new Float32Array(4), shape: [1, 1, 4, 1] });
    await saveGan('broken.pt', broken);
    const message = await messageOf(
      stylegan2Generator.load?.({
        params: { ...generatorParams, checkpoint: 'broken.pt' },
        context,
      }) as Promise<unknown>,
    );
    expect(message).toContain('(1 missing, 1 misshapen, 0 extra)');
    expect(message).toContain('missing convs.1.activate.bias [8]');
    expect(message).toContain('misshapen to_rgb1.bias: the network has [1,3,1,1], the file [1,4,1,1]');
  });
});

describe('the mapping node', () => {
  const params = { latent: 6, layers: 8, skip: 0, depth: 100, checkpoint: 'gan.pt', entry: 'g_ema' };

  it('loads and computes its part', async () => {
    await saveGan('gan.pt');
    const half = { ...params, skip: 6 };
    const loaded = await stylegan2Mapping.load?.({ params: half, context });
    expect(loaded?.size).toBe(6);
    const { w: mapped } = stylegan2Mapping.run({
      inputs: { z: w },
      params: half,
      context: networkContext(loaded ?? new Map()),
    });
    const expected = mapping({ latent: 6, layers: 8, skip: 6 })(hostScope(mappingWeights))(w);
    expectClose(mapped.dataSync(), expected.dataSync());
  });

  it('refuses a network of more layers', async () => {
    const load = stylegan2Mapping.load?.({ params: { ...params, layers: 6 }, context });
    expect(await messageOf(load as Promise<unknown>)).toMatch(
      /it has more layers than a mapping network of 6 layers/,
    );
  });
});

describe('the discriminator nodes', () => {
  const params = { ...gan, group: 2, entry: 'd' };

  it('score, with the channels of the checkpoint', async () => {
    await saveGan('gan.pt');
    const loaded = await stylegan2Discriminator.load?.({ params, context });
    const { score } = stylegan2Discriminator.run({
      inputs: { image },
      params,
      context: withShapes(loaded ?? new Map()),
    });
    const expected = discriminator(small)(hostScope(judgeWeights))(image);
    expectClose(score.dataSync(), expected.score.dataSync());
  });

  it('measure the distance of features, of which the first few need few weights', async () => {
    const feature = { ...gan, entry: 'd', features: 1 };
    const loaded = await discriminatorFeaturesLoss.load?.({ params: feature, context });
    expect([...(loaded?.keys() ?? [])].filter((name) => /convs\.2|final/.test(name))).toEqual([]);
    const target = tensor<tf.Rank.R4>(noise(2 * 16 * 16 * 3, 6), [2, 16, 16, 3]);
    const { loss } = discriminatorFeaturesLoss.run({
      inputs: { image, target, mask: undefined },
      params: feature,
      context: withShapes(loaded ?? new Map()),
    });
    const judge = discriminator(small)(hostScope(judgeWeights));
    const [a, b] = [judge(image).features[0], judge(target).features[0]] as [tf.Tensor, tf.Tensor];
    expectClose(loss.dataSync(), tf.mean(tf.abs(tf.sub(a, b))).dataSync());
  });

  it('say what GAN a file holds where the graph says another', async () => {
    for (const node of [stylegan2Discriminator, discriminatorFeaturesLoss]) {
      const load = node.load?.({ params: { ...params, features: 2, size: 32 }, context });
      expect(await messageOf(load as Promise<unknown>)).toMatch(
        /found images of 16×16, expected images of 32×32/,
      );
    }
  });
});
