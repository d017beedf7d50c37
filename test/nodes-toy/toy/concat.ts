import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../../runtime/node.ts';

export const concat = defineNode({
  type: 'toy/concat',
  version: 1,
  title: 'Concatenation',
  description: 'Puts the columns of any number of matrices side by side.',
  params: Type.Object({}),
  inputs: { parts: port.list('float[B,_]') },
  outputs: { y: port('float[B,F]') },
  run: ({ inputs }) => ({ y: tf.concat([...inputs.parts], 1) }),
});
