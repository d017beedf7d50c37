import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';

export const meanSquare = defineNode({
  type: 'loss/mean-square',
  version: 1,
  title: 'Mean square difference',
  description: 'mean((a − b)²) over all elements.',
  params: Type.Object({}),
  inputs: { a: port('float[...X]'), b: port('float[...X]') },
  outputs: { loss: port('loss[]') },
  run: ({ inputs }) => ({ loss: tf.mean(tf.squaredDifference(inputs.a, inputs.b)) }),
});
