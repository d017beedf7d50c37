import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export const mean = defineNode({
  type: 'math/mean',
  version: 1,
  title: 'Mean of a batch',
  description: 'The mean over the entries of a batch, as a batch of one.',
  example: example({ x: constant([4, 3], 2), y: { type: 'math/mean', in: { x: 'x' } } }, 'y'),
  params: Type.Object({}),
  inputs: { x: port('float[_,...X]') },
  outputs: { y: port('float[1,...X]') },
  run: ({ inputs }) => ({ y: tf.mean(inputs.x, 0, true) }),
});
