import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { inflate } from '../../runtime/ops/index.ts';
import { dome, example } from '../_example.ts';

export const inflated = defineNode({
  type: 'prior/inflated',
  version: 1,
  title: 'Inflated silhouette',
  description:
    'The shape to begin with, where masks are at hand: the silhouette blown up like a balloon, depth = far − (far − ' +
    'near)·√u with Δu = −1 inside the mask, u = 0 at its rim and scaled to at most 1; of a disc it is the hemisphere. ' +
    'It follows the outline of every single image, where prior/ellipsoid knows the box around it. The background is ' +
    'flat, at `far`; so is all of it where the mask is empty.',
  example: example({ mask: dome.mask, depth: { type: 'prior/inflated', in: { mask: 'mask' } } }, 'depth'),
  params: Type.Object({
    near: Type.Number({ description: 'Depth of the nearest point', default: 0.96, exclusiveMinimum: 0 }),
    far: Type.Number({
      description: 'Depth of the rim and of the background',
      default: 1.02,
      exclusiveMinimum: 0,
    }),
  }),
  inputs: { mask: port('mask[B,S,S,1]') },
  outputs: { depth: port('depth[B,S,S]') },
  run: ({ inputs: { mask }, params: { near, far } }) => ({
    depth: tf.sub(far, tf.mul(inflate(mask), far - near)) as tf.Tensor3D,
  }),
});
