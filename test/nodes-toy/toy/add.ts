import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../../runtime/node.ts';

export const add = defineNode({
  type: 'toy/add',
  version: 1,
  title: 'Sum of two',
  description: 'Adds two tensors of the same shape, or gives the first where there is no second: y = a + b.',
  params: Type.Object({}),
  inputs: { a: port('float[...X]'), b: port('float[...X]', { optional: true }) },
  outputs: { y: port('float[...X]') },
  run: ({ inputs }) => ({ y: inputs.b ? tf.add(inputs.a, inputs.b) : tf.add(inputs.a, 0) }),
});
