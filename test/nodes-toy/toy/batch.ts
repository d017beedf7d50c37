import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../../runtime/node.ts';

export const batch = defineNode({
  type: 'toy/batch',
  version: 1,
  title: 'Regression batch',
  description: 'Normal rows x, new for every evaluation, and y = slope · Σx + offset with optional noise.',
  params: Type.Object({
    rows: Type.Integer({ description: 'Number of rows', default: 8, minimum: 1, maximum: 4096 }),
    columns: Type.Integer({ description: 'Length of a row', default: 2, minimum: 1, maximum: 4096 }),
    slope: Type.Number({ description: 'Slope in every direction', default: 2 }),
    offset: Type.Number({ description: 'Value at zero', default: 0.5 }),
    noise: Type.Number({ description: 'Standard deviation of the noise on y', default: 0, minimum: 0 }),
  }),
  inputs: {},
  outputs: { x: port('float[$rows,$columns]'), y: port('float[$rows,1]') },
  run({ params, context }) {
    const x = context.random.normal([params.rows, params.columns]);
    const exact = tf.add(tf.mul(tf.sum(x, 1, true), params.slope), params.offset);
    const noise = context.random.normal([params.rows, 1], { std: params.noise });
    return { x, y: tf.add(exact, noise) };
  },
});
