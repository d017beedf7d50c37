import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export const latentWalk = defineNode({
  type: 'gan/latent-walk',
  version: 1,
  title: 'Walk through latents',
  description:
    'Latents on the straight lines from each latent of a batch to the next, and from the last to the first: ' +
    'w = (1 − t)·wᵢ + t·wᵢ₊₁ for t = 0, 1/steps, …. Images of them show whether a generator is smooth.',
  example: example(
    { w: constant([2, 16], 1), walk: { type: 'gan/latent-walk', in: { w: 'w' }, params: { steps: 3 } } },
    'walk',
  ),
  params: Type.Object({
    steps: Type.Integer({ description: 'Latents for each of the batch', default: 8, minimum: 1 }),
  }),
  inputs: { w: port('latent[_,L]') },
  outputs: { w: port('latent[_,L]') },
  run({ inputs: { w }, params: { steps } }) {
    const [count, length] = w.shape as [number, number];
    const next = tf.concat([tf.slice(w, [1], [count - 1]), tf.slice(w, [0], [1])], 0);
    const t = tf.tensor3d(
      Array.from({ length: steps }, (_, i) => i / steps),
      [1, steps, 1],
    );
    const [from, to] = [w, next].map((one) => tf.reshape(one, [count, 1, length])) as [tf.Tensor, tf.Tensor];
    return { w: tf.reshape(tf.add(from, tf.mul(t, tf.sub(to, from))), [count * steps, length]) };
  },
});
