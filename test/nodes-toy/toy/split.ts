import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../../runtime/node.ts';

export const split = defineNode({
  type: 'toy/split',
  version: 1,
  title: 'Columns',
  description: 'Takes a matrix apart into its columns: a list, and their mean.',
  params: Type.Object({
    columns: Type.Integer({ description: 'Number of columns', default: 2, minimum: 1 }),
  }),
  inputs: { x: port('float[B,$columns]') },
  outputs: { parts: port.list('float[B,1]'), mean: port('float[B,1]') },
  run: ({ inputs, params }) => ({
    parts: tf.split(inputs.x, params.columns, 1),
    mean: tf.mean(inputs.x, 1, true),
  }),
});
