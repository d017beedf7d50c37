import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, networkNames, port } from '../../../runtime/node.ts';

export const sgd = defineNode({
  type: 'toy/sgd',
  version: 1,
  title: 'Gradient descent with momentum',
  description: 'v ← momentum·v + g, w ← w − lr·v.',
  params: Type.Object({
    train: networkNames(),
    lr: Type.Number({ description: 'Step length', default: 0.1, exclusiveMinimum: 0, maximum: 10 }),
    momentum: Type.Number({
      description: 'Share of the last step',
      default: 0,
      minimum: 0,
      exclusiveMaximum: 1,
    }),
  }),
  inputs: { loss: port('loss[]') },
  outputs: {},
  role: 'optimizer',
  slots: ['v'],
  update({ weight, params }) {
    const v = tf.add(tf.mul(weight.slots.v ?? 0, params.momentum), weight.gradient);
    return { value: tf.sub(weight.value, tf.mul(v, params.lr)), slots: { v } };
  },
});
