import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export const repeat = defineNode({
  type: 'math/repeat',
  version: 1,
  title: 'Repeat',
  description:
    'A batch several times: as a whole, [a b] → [a b a b], or each entry in place, [a b] → [a a b b].',
  example: example(
    { x: constant([2, 3]), y: { type: 'math/repeat', in: { x: 'x' }, params: { times: 2 } } },
    'y',
  ),
  params: Type.Object({
    times: Type.Integer({ description: 'How often', default: 1, minimum: 1 }),
    order: Type.Union([Type.Literal('whole'), Type.Literal('each')], {
      description: 'Whether the batch is repeated as a whole or each entry in place',
      default: 'whole',
    }),
  }),
  inputs: { x: port('float[B,...X]') },
  outputs: { y: port('float[$times*B,...X]') },
  run({ inputs: { x }, params: { times, order } }) {
    const [batch = 0, ...rest] = x.shape;
    const ones = rest.map(() => 1);
    if (order === 'whole') return { y: tf.tile(x, [times, ...ones]) };
    const apart = tf.tile(tf.expandDims(x, 1), [1, times, ...ones]);
    return { y: tf.reshape(apart, [batch * times, ...rest]) };
  },
});
