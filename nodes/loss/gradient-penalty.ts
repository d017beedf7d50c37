import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';
import { everyNth } from '../gan/near-images.ts';

export const gradientPenalty = defineNode({
  type: 'loss/gradient-penalty',
  version: 1,
  title: 'Gradient penalty by differences',
  description:
    'mean((D(x + σ·ε) − D(x))²) / (2σ²), an estimate of the R1 penalty ½·E‖∇D(x)‖² (Mescheder et al. 2018, "Which ' +
    'Training Methods for GANs do actually Converge?", equation 9) by finite differences: for ε ~ N(0, 1) its expectation ' +
    'tends to it as σ tends to 0. It needs no second derivatives (Lin et al. 2025, "Diffusion Adversarial Post-Training ' +
    'for One-Step Video Generation", section 3.3). The images nearby come from gan/near-images, with the same parameters.',
  example: example(
    {
      scores: constant([4, 1], 1),
      near: constant([1, 1], 1.1),
      penalty: { type: 'loss/gradient-penalty', in: { scores: 'scores', near: 'near' } },
    },
    'penalty',
  ),
  params: Type.Object({
    every: Type.Integer({ description: 'Every how-many-th image has one nearby', default: 4, minimum: 1 }),
    deviation: Type.Number({ description: 'σ', default: 0.02, exclusiveMinimum: 0 }),
  }),
  inputs: { scores: port('float[_,1]'), near: port('float[_,1]') },
  outputs: { loss: port('loss[]') },
  run({ inputs: { scores, near }, params: { every, deviation } }) {
    const at = everyNth(scores, every);
    if (at.shape[0] !== near.shape[0]) {
      throw new RangeError(
        `${near.shape[0]} scores nearby, expected ${at.shape[0]}: one for every ${every}th`,
      );
    }
    return { loss: tf.div(tf.mean(tf.squaredDifference(near, at)), 2 * deviation ** 2) };
  },
});
