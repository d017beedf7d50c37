import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export const latentStatistics = defineNode({
  type: 'gan/latent-statistics',
  version: 1,
  title: 'Statistics of latents',
  description:
    'Where latents w lie: their mean μ, and their spread σ = √(mean of |w − μ|²), the length of a typical offset from ' +
    'it (Karras et al. 2020, "Analyzing and Improving the Image Quality of StyleGAN", appendix D).',
  example: example(
    { w: constant([4, 8], 1), known: { type: 'gan/latent-statistics', in: { w: 'w' } } },
    'known',
  ),
  params: Type.Object({}),
  inputs: { w: port('latent[_,L]', { description: 'What a mapping network makes of many random z' }) },
  outputs: { mean: port('latent[1,L]'), spread: port('float[1]') },
  run({ inputs: { w } }) {
    const mean = tf.mean(w, 0, true);
    const distance = tf.sum(tf.square(tf.sub(w, mean)), 1);
    return { mean, spread: tf.reshape(tf.sqrt(tf.mean(distance)), [1]) };
  },
});
