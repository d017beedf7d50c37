import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { diffuseShading } from '../../runtime/ops/index.ts';
import { dome, example } from '../_example.ts';

export const relief = defineNode({
  type: 'shape/relief',
  version: 1,
  title: 'Relief',
  description:
    'The shape without its colours: a grey surface lit from the camera, brightness · max(0, n·(0, 0, 1)), as a picture.',
  example: example(
    {
      ...dome,
      normals: { type: 'shape/normals', in: { depth: 'depth' } },
      relief: { type: 'shape/relief', in: { normals: 'normals' } },
    },
    'relief',
  ),
  params: Type.Object({
    brightness: Type.Number({
      description: 'Value of a surface that faces the camera, where 0 is mid-grey and 1 white',
      default: 0.7,
      minimum: 0,
      maximum: 1,
    }),
  }),
  inputs: { normals: port('normal[B,S,S,3]') },
  outputs: { image: port('image[B,S,S,3]') },
  run({ inputs: { normals }, params }) {
    const front = tf.tile(tf.tensor4d([0, 0, 1], [1, 1, 1, 3]), [normals.shape[0], 1, 1, 1]);
    const grey = tf.mul(diffuseShading(normals, front), params.brightness);
    return { image: tf.tile(tf.expandDims(grey, 3), [1, 1, 1, 3]) };
  },
});
