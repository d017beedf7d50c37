import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { discsOf, inflate } from '../../runtime/ops/index.ts';
import { expectOneOrAll } from '../_batch.ts';
import { constant, dome, example } from '../_example.ts';

/** Where pixels are across masks [B,S,S,1]: from the middle of each, in radii of a disc of its area, [B,1,S]. */
function across(mask: tf.Tensor4D): tf.Tensor3D {
  const { x, radius } = discsOf(mask);
  return tf.div(tf.sub(tf.reshape(tf.range(0, mask.shape[2]), [1, 1, -1]), x), radius);
}

export const inflated = defineNode({
  type: 'prior/inflated',
  version: 1,
  title: 'Inflated silhouette',
  description:
    'The shape to begin with, where masks are at hand: the silhouette blown up like a balloon, depth = far − (far − ' +
    'near)·h + sides·min(x², 1), with the height h = √u, Δu = −1 inside the mask, u = 0 at its rim and scaled to at most ' +
    '1; of a disc it is the hemisphere. x goes across the mask from its middle, in radii of a disc of its area. A head ' +
    'that turns brings its nearest point along: with a view, h is multiplied with 1 − lean·yaw·x. It follows the ' +
    'outline of every single image, where prior/ellipsoid knows the box around it. The background goes on from the rim; ' +
    'so does all of it where the mask is empty.',
  example: example(
    {
      ...dome,
      view: constant([1, 6], 0.2),
      inflated: { type: 'prior/inflated', in: { mask: 'mask', view: 'view' }, params: { lean: 0.7 } },
    },
    'inflated',
  ),
  params: Type.Object({
    near: Type.Number({ description: 'Depth of the nearest point', default: 0.96, exclusiveMinimum: 0 }),
    far: Type.Number({
      description: 'Depth of the rim and of the background',
      default: 1.02,
      exclusiveMinimum: 0,
    }),
    sides: Type.Number({
      description: 'How much farther the rim is at the sides of a head than at its top and chin',
      default: 0,
    }),
    lean: Type.Number({ description: 'How far the height leans for a radian of yaw', default: 0 }),
  }),
  inputs: {
    mask: port('mask[B,S,S,1]'),
    view: port('view[_,6]', { optional: true, description: 'How the object is turned' }),
  },
  outputs: { depth: port('depth[B,S,S]') },
  run({ inputs: { mask, view }, params: { near, far, sides, lean } }) {
    const height = inflate(mask);
    const x = across(mask);
    if (view) expectOneOrAll('view', view, mask.shape[0]);
    const yaw = view && tf.reshape(tf.slice(view, [0, 1], [-1, 1]), [-1, 1, 1]);
    const turned = yaw ? tf.mul<tf.Tensor3D>(height, tf.sub(1, tf.mul(tf.mul(yaw, x), lean))) : height;
    const rim = tf.add(far, tf.mul(tf.minimum(tf.square(x), 1), sides));
    return { depth: tf.sub<tf.Tensor3D>(rim, tf.mul(turned, far - near)) };
  },
});
