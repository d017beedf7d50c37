import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { copies } from '../_camera.ts';
import { constant, example } from '../_example.ts';

export const commonMask = defineNode({
  type: 'renderer/common-mask',
  version: 1,
  title: 'Common mask',
  description:
    'The pixels that an image shows with the shape and with the mirrored shape: the product of the masks of both halves ' +
    'of a batch, for both halves, times further masks of the images.',
  example: example(
    {
      visible: constant([2, 8, 8, 1], 1),
      mask: { type: 'renderer/common-mask', in: { mask: 'visible' }, params: { copies: 2 } },
    },
    'mask',
  ),
  params: Type.Object({ copies: copies() }),
  inputs: {
    mask: port('mask[$copies*B,H,W,1]'),
    also: port.list('mask[B,H,W,1]', { optional: true, description: 'Further masks, multiplied' }),
  },
  outputs: { mask: port('mask[$copies*B,H,W,1]') },
  run({ inputs: { mask, also }, params: { copies } }) {
    const common = [...tf.split(mask, copies), ...also].reduce((product, one) => tf.mul(product, one));
    return { mask: copies === 1 ? tf.clone(common) : tf.tile(common, [copies, 1, 1, 1]) };
  },
});
