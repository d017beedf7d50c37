import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../../runtime/node.ts';

export const halve = defineNode({
  type: 'toy/halve',
  version: 1,
  title: 'Half size',
  description: 'Averages each square of two by two pixels.',
  params: Type.Object({}),
  inputs: { image: port('image[B,2*S,2*S,C]') },
  outputs: { image: port('image[B,S,S,C]') },
  run: ({ inputs }) => ({ image: tf.avgPool(inputs.image, 2, 2, 'valid') }),
});
