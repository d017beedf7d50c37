import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { ganSize, latentLength } from '../../runtime/nn/stylegan2-params.ts';
import { latentCount } from '../../runtime/nn/stylegan2-synthesis.ts';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export const mixStyles = defineNode({
  type: 'gan/mix-styles',
  version: 1,
  title: 'Style mixing',
  description:
    'W+ latents that follow one latent up to a layer and another from there on (Karras et al. 2019, "A Style-Based ' +
    'Generator Architecture for GANs", section 3.1): the layer is drawn uniformly from 1 to N − 1, N = 2·log₂(size) − 2, ' +
    'for each image; images that are not mixed follow the first latent alone.',
  example: example(
    {
      a: constant([2, 16], 1),
      b: constant([2, 16]),
      mixed: { type: 'gan/mix-styles', in: { first: 'a', second: 'b' }, params: { size: 8, latent: 16 } },
    },
    'mixed',
  ),
  params: Type.Object({
    size: ganSize(),
    latent: latentLength(),
    probability: Type.Number({
      description: 'Share of the images that are mixed',
      default: 0.9,
      minimum: 0,
      maximum: 1,
    }),
  }),
  inputs: { first: port('latent[B,$latent]'), second: port('latent[B,$latent]') },
  outputs: { w: port('latent[B,_,$latent]') },
  run({ inputs: { first, second }, params: { size, probability }, context: { random } }) {
    const count = latentCount(size);
    const [batch, latent] = first.shape as [number, number];
    const mixed = tf.less(random.uniform([batch, 1]), probability);
    const crossover = tf.where(
      mixed,
      tf.floor(random.uniform([batch, 1], { min: 1, max: count })),
      tf.fill([batch, 1], count),
    );
    const layers = tf.reshape(tf.range(0, count), [1, count]);
    const follows = tf.reshape(tf.cast(tf.less(layers, crossover), 'float32'), [batch, count, 1]);
    const [a, b] = [first, second].map((w) => tf.reshape(w, [batch, 1, latent])) as [tf.Tensor, tf.Tensor];
    return { w: tf.add(b, tf.mul(follows, tf.sub(a, b))) };
  },
});
