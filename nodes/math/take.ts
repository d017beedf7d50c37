import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export const take = defineNode({
  type: 'math/take',
  version: 1,
  title: 'Part of a batch',
  description: 'Some consecutive entries of a batch.',
  example: example({ x: constant([4, 3]), first: { type: 'math/take', in: { x: 'x' } } }, 'first'),
  params: Type.Object({
    count: Type.Integer({ description: 'How many', default: 1, minimum: 1 }),
    start: Type.Integer({ description: 'The first to take, counted from 0', default: 0, minimum: 0 }),
  }),
  inputs: { x: port('float[_,...X]') },
  outputs: { y: port('float[$count,...X]') },
  run({ inputs: { x }, params: { count, start } }) {
    const [batch = 0] = x.shape;
    if (start + count > batch) {
      throw new RangeError(`the batch has ${batch} entries, not the ${start + count} of start + count`);
    }
    return { y: tf.slice(x, [start], [count]) };
  },
});
