import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { depthToUnit } from '../../runtime/ops/index.ts';
import { depthRange } from '../_camera.ts';
import { dome, example } from '../_example.ts';

export const depthImage = defineNode({
  type: 'shape/depth-image',
  version: 1,
  title: 'Depth as a picture',
  description:
    'A grey picture of a depth map: near is dark (−1), far is light (1), what is beyond is clipped.',
  example: example({ ...dome, picture: { type: 'shape/depth-image', in: { depth: 'depth' } } }, 'picture'),
  params: Type.Object(depthRange()),
  inputs: { depth: port('depth[B,S,S]') },
  outputs: { image: port('image[B,S,S,3]') },
  run({ inputs, params }) {
    const grey = tf.clipByValue(tf.sub(tf.mul(depthToUnit(inputs.depth, params), 2), 1), -1, 1);
    return { image: tf.tile(tf.expandDims(grey, 3), [1, 1, 1, 3]) };
  },
});
