import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export const threshold = defineNode({
  type: 'math/threshold',
  version: 1,
  title: 'Threshold',
  description: '1 where a mask or map reaches a threshold, else 0; has no gradient.',
  example: example(
    { soft: constant([1, 8, 8, 1], 0.5), hard: { type: 'math/threshold', in: { x: 'soft' } } },
    'hard',
  ),
  params: Type.Object({
    threshold: Type.Number({ description: 'The least value that gives 1', default: 0.3 }),
  }),
  inputs: { x: port('float[...X]') },
  outputs: { y: port('float[...X]') },
  run: ({ inputs, params }) => ({ y: tf.cast(tf.greaterEqual(inputs.x, params.threshold), 'float32') }),
});
