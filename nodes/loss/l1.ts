import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export const l1 = defineNode({
  type: 'loss/l1',
  version: 1,
  title: 'Mean absolute difference',
  description: 'mean|a − b| over all elements.',
  example: example(
    { a: constant([2, 3], 1), b: constant([2, 3]), loss: { type: 'loss/l1', in: { a: 'a', b: 'b' } } },
    'loss',
  ),
  params: Type.Object({}),
  inputs: { a: port('float[...X]'), b: port('float[...X]') },
  outputs: { loss: port('loss[]') },
  run: ({ inputs }) => ({ loss: tf.mean(tf.abs(tf.sub(inputs.a, inputs.b))) }),
});
