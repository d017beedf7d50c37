import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../../runtime/node.ts';

export const scale = defineNode({
  type: 'toy/scale',
  version: 2,
  title: 'Scale',
  description: 'Multiplies by a number: y = factor · x. Version 1 called the factor "by".',
  params: Type.Object({
    factor: Type.Number({ description: 'The factor', default: 1 }),
    mode: Type.Union([Type.Literal('multiply'), Type.Literal('divide')], {
      description: 'Whether to multiply or divide',
      default: 'multiply',
    }),
  }),
  inputs: { x: port('float[...X]') },
  outputs: { y: port('float[...X]') },
  migrations: { 1: ({ by, ...rest }) => ({ ...rest, ...(by !== undefined && { factor: by }) }) },
  run: ({ inputs, params }) => ({
    y: params.mode === 'multiply' ? tf.mul(inputs.x, params.factor) : tf.div(inputs.x, params.factor),
  }),
});
