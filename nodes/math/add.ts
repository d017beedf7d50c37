import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { expectOneOrAll } from '../_batch.ts';
import { constant, example } from '../_example.ts';

export const add = defineNode({
  type: 'math/add',
  version: 1,
  title: 'Sum',
  description: 'a + b, element by element. One b, or one for every entry of the batch.',
  example: example(
    { a: constant([4, 3], 2), b: constant([1, 3], 1), y: { type: 'math/add', in: { a: 'a', b: 'b' } } },
    'y',
  ),
  params: Type.Object({}),
  inputs: { a: port('float[B,...X]'), b: port('float[_,...X]') },
  outputs: { y: port('float[B,...X]') },
  run({ inputs: { a, b } }) {
    expectOneOrAll('b', b, a.shape[0] as number);
    return { y: tf.add(a, b) };
  },
});
