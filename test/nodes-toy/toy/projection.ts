import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, initial, port } from '../../../runtime/node.ts';

export const projection = defineNode({
  type: 'toy/projection',
  version: 1,
  title: 'Projection',
  description: 'A linear map without offset, y = x·w, frozen unless a graph says otherwise.',
  params: Type.Object({
    features: Type.Integer({ description: 'Length of a row of the output', minimum: 1 }),
  }),
  inputs: { x: port('float[B,F]') },
  outputs: { y: port('float[B,$features]') },
  role: 'network',
  frozen: true,
  run({ inputs, params, context }) {
    const w = context.weights.get('w', {
      shape: [inputs.x.shape[1], params.features],
      init: initial.uniform(1),
    });
    return { y: tf.matMul(inputs.x, w as tf.Tensor2D) };
  },
});
