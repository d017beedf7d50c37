import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../../runtime/node.ts';

export const squareError = defineNode({
  type: 'toy/square-error',
  version: 1,
  title: 'Mean square error',
  description:
    'mean((a − b)²), over all elements. Where a parameter says so, it turns into NaN after some evaluations.',
  params: Type.Object({
    nanAfter: Type.Integer({
      description: 'Evaluations before the result is NaN; -1 for never',
      default: -1,
      minimum: -1,
    }),
  }),
  inputs: { a: port('float[...X]'), b: port('float[...X]') },
  outputs: { loss: port('loss[]') },
  run({ inputs, params, context }) {
    const loss = tf.mean(tf.squaredDifference(inputs.a, inputs.b));
    if (params.nanAfter < 0) return { loss };
    return { loss: tf.where(tf.less(context.step(), params.nanAfter), loss, tf.scalar(Number.NaN)) };
  },
});
