import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../../runtime/node.ts';

export const mean = defineNode({
  type: 'toy/mean',
  version: 1,
  title: 'Running mean',
  description: 'Keeps m ← decay·m + (1 − decay)·mean(x), from m = 0, and gives the new m.',
  params: Type.Object({
    decay: Type.Number({ description: 'Share of the old value', default: 0.9, minimum: 0, maximum: 1 }),
  }),
  inputs: { x: port('float[...]') },
  outputs: { y: port('float[]') },
  run({ inputs, params, context }) {
    const old = context.state.get('m', { shape: [], init: () => new Float32Array(1) });
    const y = tf.add(tf.mul(old, params.decay), tf.mul(tf.mean(inputs.x), 1 - params.decay));
    context.state.set('m', y);
    return { y };
  },
});
