import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { dome, example } from '../_example.ts';

export const normalImage = defineNode({
  type: 'shape/normal-image',
  version: 1,
  title: 'Normals as a picture',
  description: 'A picture of normals: x, y and z, each in [−1, 1], become red, green and blue.',
  example: example(
    {
      ...dome,
      normals: { type: 'shape/normals', in: { depth: 'depth' } },
      picture: { type: 'shape/normal-image', in: { normals: 'normals' } },
    },
    'picture',
  ),
  params: Type.Object({}),
  inputs: { normals: port('normal[B,S,S,3]') },
  outputs: { image: port('image[B,S,S,3]') },
  run: ({ inputs }) => ({ image: tf.clipByValue(inputs.normals, -1, 1) }),
});
