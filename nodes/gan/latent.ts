import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { latentLength } from '../../runtime/nn/stylegan2-params.ts';
import { defineNode, initial, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export const latentNode = defineNode({
  type: 'gan/latent',
  version: 1,
  title: 'Latent to be found',
  description:
    'A latent that an optimizer trains: what projection of an image into a GAN looks for (Abdal et al. 2019, ' +
    '"Image2StyleGAN"; Karras et al. 2020, "Analyzing and Improving the Image Quality of StyleGAN", appendix D). It ' +
    'begins at the mean latent, of which its one weight is the offset. In the space W one latent serves all layers of ' +
    'the generator; in W+ every layer has its own, which explains more images and less of what they show.',
  example: example(
    {
      mean: constant([1, 8]),
      latent: { type: 'gan/latent', in: { mean: 'mean' }, params: { latent: 8, layers: 4 } },
      wanted: constant([1, 8], 1),
      loss: { type: 'loss/mean-square', in: { a: 'latent.w', b: 'wanted' } },
      train: { type: 'optimizer/adam', in: { loss: 'loss' }, params: { train: ['latent'] } },
    },
    'train',
  ),
  params: Type.Object({
    space: Type.Union([Type.Literal('w'), Type.Literal('w+')], {
      description: 'Whether all layers of the generator share a latent (W) or each has its own (W+)',
      default: 'w',
    }),
    latent: latentLength(),
    layers: Type.Integer({
      description: 'Layers of the generator that take a latent: 2·log₂(side of its images) − 2',
      default: 12,
      minimum: 1,
    }),
  }),
  inputs: { mean: port('latent[1,$latent]', { description: 'Where it begins' }) },
  outputs: {
    w: port('latent[1,$latent]', { description: 'The latent; in W+ the mean over the layers' }),
    layers: port('latent[1,$layers,$latent]', { description: 'For each layer; in W all the same' }),
    offset: port('latent[1,$layers,$latent]', { description: 'Of each layer from the mean latent' }),
  },
  role: 'network',
  usableUntrained: true,
  run({ inputs: { mean }, params: { space, latent, layers }, context }) {
    const own = space === 'w+';
    const shape = [1, own ? layers : 1, latent];
    const weight = context.weights.get('offset', { shape, init: initial.zeros });
    const offset = own ? weight : tf.tile(weight, [1, layers, 1]);
    return {
      w: tf.add(mean, tf.mean(weight, 1)),
      layers: tf.add(tf.expandDims(mean, 1), offset),
      offset,
    };
  },
});
