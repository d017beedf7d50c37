import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export const weightedSum = defineNode({
  type: 'loss/weighted-sum',
  version: 1,
  title: 'Weighted sum of losses',
  description:
    'Σ weightᵢ·lossᵢ over the given losses by name; a loss without a weight counts once, one of weight 0 not at all.',
  example: example(
    {
      a: constant([2, 3], 1),
      b: constant([2, 3]),
      difference: { type: 'loss/l1', in: { a: 'a', b: 'b' } },
      size: { type: 'loss/latent-norm', in: { offset: 'a' } },
      total: {
        type: 'loss/weighted-sum',
        in: { losses: { difference: 'difference', size: 'size' } },
        params: { weights: { size: 0.01 } },
      },
    },
    'total',
  ),
  params: Type.Object({
    weights: Type.Record(Type.String(), Type.Number(), {
      description: 'Weights by the names of the losses',
      default: {},
    }),
  }),
  inputs: { losses: port.map('loss[]') },
  outputs: { loss: port('loss[]') },
  run({ inputs: { losses }, params: { weights } }) {
    const unknown = Object.keys(weights).filter((name) => !(name in losses));
    if (unknown.length > 0) {
      const names = Object.keys(losses).join(', ');
      throw new RangeError(`there is a weight for ${unknown.join(', ')}, but the losses are ${names}`);
    }
    const terms = Object.entries(losses)
      .map(([name, loss]) => ({ loss, weight: weights[name] ?? 1 }))
      .filter(({ weight }) => weight !== 0)
      .map(({ loss, weight }) => (weight === 1 ? loss : tf.mul(loss, weight)));
    return { loss: terms.length === 0 ? tf.scalar(0) : tf.addN(terms) };
  },
});
