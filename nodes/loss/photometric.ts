import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { photometricLoss } from '../../runtime/ops/index.ts';
import { copies } from '../_camera.ts';
import { constant, example } from '../_example.ts';

export const photometric = defineNode({
  type: 'loss/photometric',
  version: 1,
  title: 'Photometric loss',
  description:
    'Σ mask·|image − target| / Σ mask over all pixels and channels: the mean absolute difference where the mask holds ' +
    '(Wu et al. 2020, section 3.1). Of an image and its mirrored copy, the sum of both losses. A mask that is empty ' +
    'gives NaN.',
  example: example(
    {
      image: { type: 'source/pattern', params: { size: 16 } },
      target: constant([1, 16, 16, 3]),
      loss: { type: 'loss/photometric', in: { image: 'image', target: 'target' } },
    },
    'loss',
  ),
  params: Type.Object({ copies: copies() }),
  inputs: {
    image: port('image[$copies*B,H,W,C]'),
    target: port('image[B,H,W,C]'),
    mask: port('mask[$copies*B,H,W,1]', { optional: true }),
  },
  outputs: { loss: port('loss[]') },
  run({ inputs: { image, target, mask }, params }) {
    const masks = mask && tf.split(mask, params.copies);
    const losses = tf.split(image, params.copies).map((copy, i) => {
      const part = masks?.[i];
      return photometricLoss(copy, target, part ? { mask: part } : {});
    });
    return { loss: tf.addN(losses) };
  },
});
