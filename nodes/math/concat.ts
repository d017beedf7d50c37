import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export const concat = defineNode({
  type: 'math/concat',
  version: 1,
  title: 'Batches in one',
  description:
    'Several batches as one, in the order of the inputs, such as an image beside its reconstruction.',
  example: example(
    { a: constant([2, 3]), b: constant([1, 3], 1), all: { type: 'math/concat', in: { parts: ['a', 'b'] } } },
    'all',
  ),
  params: Type.Object({}),
  inputs: { parts: port.list('float[_,...X]') },
  outputs: { y: port('float[_,...X]') },
  run: ({ inputs: { parts } }) => ({ y: tf.concat([...parts]) }),
});
