import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, initial, port } from '../../../../runtime/node.ts';

export const tap = defineNode({
  type: 'golden/tap',
  version: 1,
  title: 'Tap',
  description: 'x plus a weight that is zero: the gradient of a loss by the weight is the one by x.',
  params: Type.Object({}),
  inputs: { x: port('float[...X]') },
  outputs: { y: port('float[...X]') },
  role: 'network',
  run({ inputs: { x }, context }) {
    return { y: tf.add(x, context.weights.get('zero', { shape: x.shape, init: initial.zeros })) };
  },
});
