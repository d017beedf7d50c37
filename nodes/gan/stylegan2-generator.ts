import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { entryOfFile } from '../../runtime/nn/load.ts';
import { Scope } from '../../runtime/nn/scope.ts';
import { loadSynthesis, MEAN_LATENT } from '../../runtime/nn/stylegan2-load.ts';
import {
  blurTaps,
  channels,
  ganSize,
  latentLength,
  statedWidths,
} from '../../runtime/nn/stylegan2-params.ts';
import { noiseResolutions, synthesis } from '../../runtime/nn/stylegan2-synthesis.ts';
import { generatorWidths } from '../../runtime/nn/stylegan2-widths.ts';
import {
  checkpointFile,
  defineNode,
  type Initializer,
  type NetworkContext,
  port,
} from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

/** Latents drawn towards their mean: w' = mean + ψ·(w − mean). */
export function truncate(w: tf.Tensor, mean: tf.Tensor, psi: number): tf.Tensor {
  return tf.add(mean, tf.mul(tf.sub(w, mean), psi));
}

const unknownMean: Initializer = () => {
  throw new Error(
    'a truncation below 1 needs the mean latent: give a checkpoint, or connect the input "mean"',
  );
};

function meanOf({ weights }: NetworkContext, latent: number): tf.Tensor {
  return weights.get(MEAN_LATENT, { shape: [1, latent], init: unknownMean, trainable: false });
}

export const stylegan2Generator = defineNode({
  type: 'gan/stylegan2-generator',
  version: 1,
  title: 'StyleGAN2 generator',
  description:
    'Latents w to images (Karras et al. 2020, "Analyzing and Improving the Image Quality of StyleGAN"): W gives one ' +
    'latent [B,L] to all layers, W+ one to each [B,N,L], N = 2·log₂(size) − 2. The channels are those of the ' +
    'checkpoint. Truncation draws latents towards their mean, of 4096 samples unless it is an input.',
  example: example(
    {
      w: constant([1, 16], 1),
      net: {
        type: 'gan/stylegan2-generator',
        in: { w: 'w' },
        params: { size: 8, latent: 16, maxChannels: 8 },
        frozen: false,
      },
      target: constant([1, 8, 8, 3]),
      loss: { type: 'loss/l1', in: { a: 'net.image', b: 'target' } },
      train: { type: 'optimizer/adam', in: { loss: 'loss' }, params: { train: ['net'] } },
    },
    'train',
  ),
  params: Type.Object({
    size: ganSize(),
    latent: latentLength(),
    ...channels(),
    blur: blurTaps(),
    noise: Type.Union([Type.Literal('fixed'), Type.Literal('random'), Type.Literal('none')], {
      description:
        "Noise: the network's own, drawn anew for every image, or none, as small GANs are better trained: what noise " +
        'explains would not turn with the object',
      default: 'fixed',
    }),
    truncation: Type.Number({ description: 'ψ; 1 for none', default: 1, minimum: 0, maximum: 1 }),
    checkpoint: checkpointFile(),
    entry: entryOfFile('g_ema', 'g_ema'),
  }),
  inputs: {
    w: port('latent[B,...N,$latent]'),
    mean: port('latent[1,$latent]', { optional: true, description: 'The mean latent' }),
  },
  outputs: {
    image: port('image[B,$size,$size,3]', { description: 'About in [-1, 1], not clamped' }),
    features: port.list('features[...]', { description: 'What each resolution from 8×8 ends with' }),
  },
  role: 'network',
  frozen: true,
  run({ inputs, params, context }) {
    const { size, latent, noise, truncation, blur: taps } = params;
    const { weights } = context;
    const shapeOf = (name: string) => weights.shapeOf?.(name);
    const widths = generatorWidths(shapeOf, statedWidths(params));
    const given = noise === 'fixed' ? 'fixed' : 'given';
    const network = synthesis({ size, latent, widths, taps, noise: given })(new Scope(weights));
    const w =
      truncation < 1 ? truncate(inputs.w, inputs.mean ?? meanOf(context, latent), truncation) : inputs.w;
    if (given === 'fixed') return network(w);
    const batch = w.shape[0] as number;
    const drawn = noiseResolutions(size).map((resolution) => {
      const shape: [number, number, number, number] = [batch, resolution, resolution, 1];
      return noise === 'none' ? tf.zeros<tf.Rank.R4>(shape) : (context.random.normal(shape) as tf.Tensor4D);
    });
    return network(w, drawn);
  },
  load: ({ params, context }) =>
    loadSynthesis(
      { ...params, taps: params.blur },
      { file: params.checkpoint, entry: params.entry, context, withMean: params.truncation < 1 },
    ),
});
