import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { expectOneOrAll } from '../_batch.ts';
import { constant, example } from '../_example.ts';

export const albedoOfTexture = defineNode({
  type: 'shading/albedo',
  version: 1,
  title: 'Albedo of a texture',
  description:
    'The albedo of which a texture is the shaded surface, shading/texture turned round: albedo = (texture + 1) / shading ' +
    '− 1, clipped to [−1, 1]. Of an image that was carried to the canonical frame it is what step 1 of the method ' +
    'converges to wherever that image shows the surface.',
  example: example(
    {
      texture: { type: 'source/pattern', params: { size: 16 } },
      shading: constant([2, 16, 16], 0.7),
      albedo: { type: 'shading/albedo', in: { texture: 'texture', shading: 'shading' } },
    },
    'albedo',
  ),
  params: Type.Object({
    least: Type.Number({
      description: 'Shading below this counts as this: noise of dark pixels is not made bright',
      default: 0.2,
      exclusiveMinimum: 0,
    }),
  }),
  inputs: { texture: port('image[_,S,S,3]'), shading: port('float[B,S,S]') },
  outputs: { albedo: port('image[B,S,S,3]') },
  run({ inputs: { texture, shading }, params: { least } }) {
    expectOneOrAll('texture', texture, shading.shape[0]);
    const divisor = tf.expandDims(tf.maximum(shading, least), -1);
    return { albedo: tf.clipByValue(tf.sub(tf.div(tf.add(texture, 1), divisor), 1), -1, 1) };
  },
});
