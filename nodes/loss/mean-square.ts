import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export const meanSquare = defineNode({
  type: 'loss/mean-square',
  version: 1,
  title: 'Mean square difference',
  description: 'mean((a − b)²) over all elements.',
  example: example(
    {
      a: constant([2, 3], 1),
      b: constant([2, 3]),
      loss: { type: 'loss/mean-square', in: { a: 'a', b: 'b' } },
    },
    'loss',
  ),
  params: Type.Object({}),
  inputs: { a: port('float[...X]'), b: port('float[...X]') },
  outputs: { loss: port('loss[]') },
  run: ({ inputs }) => ({ loss: tf.mean(tf.squaredDifference(inputs.a, inputs.b)) }),
});
