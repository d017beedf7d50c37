import * as tf from '@tensorflow/tfjs-core';
import { truncate } from '../../../nodes/gan/stylegan2-generator.ts';
import { featureDistance } from '../../../runtime/nn/feature-distance.ts';
import { hostScope } from '../../../runtime/nn/host-weights.ts';
import { discriminator, discriminatorFeatures } from '../../../runtime/nn/stylegan2-discriminator.ts';
import { loadDiscriminator, loadMapping, loadSynthesis } from '../../../runtime/nn/stylegan2-load.ts';
import { mapping } from '../../../runtime/nn/stylegan2-mapping.ts';
import { synthesis } from '../../../runtime/nn/stylegan2-synthesis.ts';
import {
  discriminatorWidths,
  generatorWidths,
  officialWidths,
} from '../../../runtime/nn/stylegan2-widths.ts';
import type { Check } from '../check.ts';
import type { GoldenCase } from '../fixture.ts';
import { fileOf, numberOf, recordOf } from '../network.ts';
import type { CaseHandler } from './handler.ts';

/** Generator and discriminator of a checkpoint, and the latent projection between their halves. */
export const stylegan2: CaseHandler = {
  family: 'stylegan2',
  matches: (golden) => /\bGenerator\b/.test(golden.reference) && golden.has('z', 'w_from_z'),

  async run(golden, check) {
    const generator = await loadGenerator(golden);
    await styles(golden, check, generator);
    await images(golden, check, generator);
    await projection(golden, check, generator);
    await judgements(golden, check, generator);
  },
};

interface Generator {
  style(z: tf.Tensor, range?: { skip?: number; depth?: number }): tf.Tensor2D;
  image(w: tf.Tensor, noise?: readonly tf.Tensor4D[]): tf.Tensor4D;
  features(w: tf.Tensor): readonly tf.Tensor4D[];
  readonly layers: number;
}

async function loadGenerator(golden: GoldenCase): Promise<Generator> {
  const args = recordOf(golden.args, 'generator');
  const [size, latent, layers] = ['size', 'style_dim', 'n_mlp'].map((name) => numberOf(args, name)) as [
    number,
    number,
    number,
  ];
  if (numberOf(args, 'lr_mlp') !== 0.01) throw new Error('the mapping network has a learning rate of 0.01');
  const taps = args.blur_kernel as readonly number[];
  const draw = () => {
    throw new Error('the file lacks noise');
  };
  const random = { normal: draw, uniform: draw, integers: draw };
  const { file, context } = fileOf(golden);
  const where = { file, entry: 'g_ema', context: { ...context, random } };
  const steps = hostScope(await loadMapping({ latent, layers, skip: 0, depth: layers + 1 }, where));
  const weights = await loadSynthesis({ size, latent, taps }, { ...where, withMean: false });
  const widths = generatorWidths((name) => weights.get(name)?.shape, officialWidths());
  const options = { size, latent, widths, taps };
  const fixed = synthesis({ ...options, noise: 'fixed' })(hostScope(weights));
  const given = synthesis({ ...options, noise: 'given' })(hostScope(weights));
  return {
    layers,
    style: (z, range) => mapping({ latent, layers, ...range })(steps)(z as tf.Tensor2D),
    image: (w, noise) => (noise ? given(w, noise) : fixed(w)).image,
    features: (w) => fixed(w).features,
  };
}

async function styles(golden: GoldenCase, check: Check, { style }: Generator): Promise<void> {
  const z = golden.tensor('z');
  await check.tensor('w_from_z', style(z));
  for (const [{ name }, [, depth]] of golden.matching(/^w_depth(\d+)$/)) {
    await check.tensor(name, style(z, { depth: Number(depth) }));
  }
  await check.tensor('mean_latent', meanLatent(golden, style));
}

function meanLatent(golden: GoldenCase, style: Generator['style']): tf.Tensor {
  return tf.mean(style(golden.tensor('z_mean_batch')), 0, true);
}

/** The truncation that a tensor's note states, as in `truncation 0.7`. */
function truncationOf(golden: GoldenCase, name: string): number {
  return Number(/truncation ([\d.]+\d)/.exec(golden.entry(name).note ?? '')?.[1] ?? 1);
}

async function images(golden: GoldenCase, check: Check, generator: Generator): Promise<void> {
  const { style, image, features } = generator;
  const w = style(golden.tensor('z'));
  await check.image('image_from_z', image(w));
  await check.image('image_from_w', image(w));
  if (golden.has('image_truncated')) {
    const psi = truncationOf(golden, 'image_truncated');
    await check.image('image_truncated', image(truncate(w, meanLatent(golden, style), psi)));
  }
  for (const [i, feature] of features(w).entries()) await check.image(`g_feature_${i}`, firstOf(feature));
  if (golden.has('w_plus')) await check.image('image_from_w_plus', image(golden.tensor('w_plus')));
  if (golden.has('image_given_noise')) {
    const noises = golden.matching(/^noise_in_\d+$/).map(([{ name }]) => golden.image(name));
    await check.image('image_given_noise', image(w, noises));
  }
  if (!golden.has('grad_weights')) return;
  const weights = golden.image('grad_weights');
  const scalar = (latents: tf.Tensor) => tf.mean(tf.mul(image(latents), weights));
  await check.tensor('scalar_mean_image_times_weights', scalar(w));
  await check.gradients(scalar, [w], { names: ['grad_w'] });
}

async function projection(golden: GoldenCase, check: Check, generator: Generator): Promise<void> {
  const { style, image, layers } = generator;
  const w = style(golden.tensor('z'));
  const depths = golden.matching(/^f1d(\d+)_offset$/).map(([, match]) => Number(match[1]));
  for (const late of depths) {
    const early = layers - late;
    const zero = tf.zeros([1, w.shape[1]]);
    const centreW = style(zero);
    const centreH = style(zero, { depth: early });
    const hidden = tf.add(golden.tensor('encoder_offset'), centreH);
    const offset = tf.sub(style(hidden, { skip: early }), centreW);
    const latent = tf.add(tf.slice(w, [0, 0], [1, w.shape[1]]), offset);
    const [prefix, name] = [`f1d${late}`, `f1d${late}_gan_im`];
    await check.tensor(`${prefix}_center_w`, centreW);
    await check.tensor(`${prefix}_center_h`, centreH);
    await check.tensor(`${prefix}_offset`, offset);
    await check.tensor(`${prefix}_latent`, latent);
    if (!golden.has(name)) continue;
    const drawn = truncate(latent, meanLatent(golden, style), truncationOf(golden, name));
    await check.image(name, tf.clipByValue(image(drawn), -1, 1));
  }
}

async function judgements(golden: GoldenCase, check: Check, generator: Generator): Promise<void> {
  if (!golden.has('d_fake')) return;
  const args = recordOf(golden.args, 'discriminator');
  const size = numberOf(args, 'size');
  const options = {
    size,
    taps: args.blur_kernel as readonly number[],
    group: numberOf(args, 'stddev_group'),
  };
  const weights = await loadDiscriminator(options, { ...fileOf(golden), entry: 'd' });
  const widths = discriminatorWidths(size, (name) => weights.get(name)?.shape, officialWidths());
  const judge = discriminator({ ...options, widths })(hostScope(weights));
  const [real, fake] = [golden.image('d_real'), golden.image('d_fake')];
  await check.tensor('d_score', judge(fake).score);
  await check.tensor('d_score_1', judge(firstOf(fake)).score);
  const made = tf.clipByValue(generator.image(generator.style(golden.tensor('z'))), -1, 1);
  await check.tensor('d_score_gan', judge(made).score);
  const score = (image: tf.Tensor) => tf.sum(judge(image as tf.Tensor4D).score);
  await check.gradients(score, [fake], { names: ['grad_d_score_sum_wrt_fake'], layout: 'image' });

  const count = golden.matching(/^d_feature_\d+$/).length;
  const features = discriminatorFeatures({ ...options, widths, count })(hostScope(weights));
  for (const [i, feature] of features(fake).entries()) await check.image(`d_feature_${i}`, firstOf(feature));
  const variants = {
    d_loss_nomask: undefined,
    ...(golden.has('d_mask') && { d_loss_mask: golden.image('d_mask') }),
  };
  for (const [name, mask] of Object.entries(variants)) {
    const loss = (image: tf.Tensor) => featureDistance(features(image as tf.Tensor4D), features(real), mask);
    await check.tensor(name, loss(fake));
    if (!mask) await check.tensor('feature_l1_sum', loss(fake));
    await check.gradients(loss, [fake], { names: [`grad_${name}_wrt_fake`], layout: 'image' });
  }
}

function firstOf(x: tf.Tensor4D): tf.Tensor4D {
  return tf.slice(x, [0, 0, 0, 0], [1, x.shape[1], x.shape[2], x.shape[3]]);
}
