import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { copies } from '../_camera.ts';
import { constant, example } from '../_example.ts';

/** Views [B,6] of the same objects mirrored left to right: yaw, roll and the shift along x change sign. */
export function mirrored(view: tf.Tensor): tf.Tensor {
  return tf.mul(view, tf.tensor2d([1, -1, -1, -1, 1, 1], [1, 6]));
}

export const mirrorView = defineNode({
  type: 'view/mirror',
  version: 1,
  title: 'Views of mirrored copies',
  description:
    'The views in which images are seen, and where there are 2 copies those of the images that math/mirror adds: [v; ' +
    'mirrored v], with yaw, roll and the shift along x of the other sign.',
  example: example(
    {
      seen: constant([2, 6], 0.1),
      both: { type: 'view/mirror', in: { view: 'seen' }, params: { copies: 2 } },
    },
    'both',
  ),
  params: Type.Object({ copies: copies() }),
  inputs: { view: port('view[B,6]') },
  outputs: { view: port('view[$copies*B,6]') },
  run: ({ inputs: { view }, params }) => ({
    view: (params.copies === 1 ? tf.clone(view) : tf.concat([view, mirrored(view)])) as tf.Tensor2D,
  }),
});
