import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../../runtime/node.ts';

export const total = defineNode({
  type: 'toy/total',
  version: 1,
  title: 'Weighted sum of losses',
  description: 'Σ weightᵢ·lossᵢ; a loss without a weight counts once.',
  params: Type.Object({
    weights: Type.Record(Type.String(), Type.Number(), {
      description: 'Weights by the name of the loss',
      default: {},
    }),
  }),
  inputs: { losses: port.map('loss[]') },
  outputs: { loss: port('loss[]') },
  run({ inputs, params }) {
    const terms = Object.entries(inputs.losses).map(([name, loss]) =>
      tf.mul(loss, params.weights[name] ?? 1),
    );
    return { loss: tf.addN(terms) };
  },
});
