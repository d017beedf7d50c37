import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { example } from '../_example.ts';

/** Draws of a normal distribution, [N,D], from standard normal numbers [N,D], its mean [D] and a factor L of its covariance L·Lᵀ. */
export function correlated(standard: tf.Tensor, mean: tf.Tensor, factor: tf.Tensor2D): tf.Tensor {
  return tf.add(mean, tf.matMul(standard as tf.Tensor2D, factor, false, true));
}

export const randomView = defineNode({
  type: 'view/random',
  version: 1,
  title: 'Random views',
  description:
    'Draws of the view prior, a multivariate normal distribution: v = mean + L·z with covariance L·Lᵀ and z standard ' +
    'normal; the yaw, v₁, is then multiplied (Pan et al. 2021, section 3.2, step 2). Scale them with view/view.',
  example: example(
    {
      prior: { type: 'source/gaussian', params: { size: 6 } },
      random: {
        type: 'view/random',
        in: { mean: 'prior.mean', factor: 'prior.factor' },
        params: { count: 4 },
      },
    },
    'random',
  ),
  params: Type.Object({
    count: Type.Integer({ description: 'Number of views', default: 8, minimum: 1 }),
    yawScale: Type.Number({
      description: 'Factor of the yaw, mean included: above 1, views turn further than in the images',
      default: 1,
      minimum: 0,
    }),
  }),
  inputs: { mean: port('float[6]'), factor: port('float[6,6]', { description: 'L, lower triangular' }) },
  outputs: { raw: port('float[$count,6]') },
  run({ inputs, params: { count, yawScale }, context }) {
    const drawn = correlated(context.random.normal([count, 6]), inputs.mean, inputs.factor);
    return { raw: tf.mul(drawn, tf.tensor2d([1, yawScale, 1, 1, 1, 1], [1, 6])) };
  },
});
