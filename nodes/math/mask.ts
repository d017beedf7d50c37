import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { expectOneOrAll } from '../_batch.ts';
import { constant, example } from '../_example.ts';

export const mask = defineNode({
  type: 'math/mask',
  version: 1,
  title: 'Masked image',
  description:
    'An image where a mask is 1, and where it is 0 a plain background or another image: mask·image + (1 − ' +
    'mask)·background. One mask and one such image, or one for every image.',
  example: example(
    {
      image: { type: 'source/pattern', params: { size: 16 } },
      object: constant([1, 16, 16, 1], 1),
      masked: { type: 'math/mask', in: { image: 'image', mask: 'object' } },
    },
    'masked',
  ),
  params: Type.Object({
    background: Type.Number({ description: 'Value of the background; 1 is white', default: 0 }),
  }),
  inputs: {
    image: port('float[B,H,W,C]'),
    mask: port('mask[_,H,W,1]'),
    behind: port('float[_,H,W,C]', { optional: true, description: 'In place of the plain background' }),
  },
  outputs: { image: port('float[B,H,W,C]') },
  run({ inputs: { image, mask, behind }, params: { background } }) {
    expectOneOrAll('mask', mask, image.shape[0]);
    if (behind) expectOneOrAll('behind', behind, image.shape[0]);
    const back = behind ?? background;
    return { image: tf.add(tf.mul(tf.sub(image, back), mask), back) };
  },
});
