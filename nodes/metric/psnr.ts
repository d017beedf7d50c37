import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export const psnr = defineNode({
  type: 'metric/psnr',
  version: 1,
  title: 'Peak signal-to-noise ratio',
  description:
    '10·log₁₀(4 / mean((a − b)²)) in decibels, for images in [−1, 1], whose range is 2. Higher is better.',
  example: example(
    {
      a: constant([1, 8, 8, 3], 0.5),
      b: constant([1, 8, 8, 3]),
      psnr: { type: 'metric/psnr', in: { a: 'a', b: 'b' } },
    },
    'psnr',
  ),
  params: Type.Object({}),
  inputs: { a: port('image[...X]'), b: port('image[...X]') },
  outputs: { psnr: port('metric[]') },
  run({ inputs }) {
    const error = tf.mean(tf.squaredDifference(inputs.a, inputs.b));
    return { psnr: tf.mul(tf.log(tf.div(4, error)), 10 / Math.LN10) };
  },
});
