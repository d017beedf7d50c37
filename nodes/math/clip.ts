import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export const clip = defineNode({
  type: 'math/clip',
  version: 1,
  title: 'Clip',
  description: 'min(max(x, lower), upper): what a generator gives, as an image. No gradient where it clips.',
  example: example({ x: constant([2, 3], 1.5), y: { type: 'math/clip', in: { x: 'x' } } }, 'y'),
  params: Type.Object({
    lower: Type.Number({ description: 'Least value', default: -1 }),
    upper: Type.Number({ description: 'Greatest value', default: 1 }),
  }),
  inputs: { x: port('float[...X]') },
  outputs: { y: port('float[...X]') },
  run: ({ inputs, params }) => ({ y: tf.clipByValue(inputs.x, params.lower, params.upper) }),
});
