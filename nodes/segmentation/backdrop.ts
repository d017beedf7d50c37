import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { beforeBackdrop } from '../../runtime/ops/index.ts';
import { example } from '../_example.ts';

const share = (description: string, fallback: number) =>
  Type.Number({
    description: `${description}, as a share of the shorter side`,
    default: fallback,
    minimum: 0,
    maximum: 0.5,
  });

export const backdrop = defineNode({
  type: 'segmentation/backdrop',
  version: 1,
  title: 'Object before a plain backdrop',
  description:
    'The mask of what stands in front of a plain backdrop, such as a wall or a gradient, where no network knows the ' +
    'category: the colour of the backdrop is a quadratic polynomial of the place, fitted to a frame along the edges so ' +
    'that an object which reaches into it does not count; what differs from it and is bounded by an edge, without holes, ' +
    'thin parts and all but the largest piece, is the object. A picture with a busy background gives a useless mask.',
  example: example(
    {
      image: { type: 'source/pattern', params: { size: 16 } },
      object: { type: 'segmentation/backdrop', in: { image: 'image' } },
      depth: { type: 'prior/inflated', in: { mask: 'object.mask' } },
    },
    'depth',
  ),
  params: Type.Object({
    threshold: Type.Number({
      description:
        'Least distance of a colour from the backdrop’s, images being in [−1, 1]; three times the median distance of ' +
        'the frame where that is more',
      default: 0.1,
      minimum: 0,
    }),
    frame: share('Width of the frame along the edges', 0.08),
    thinnest: share('Parts thinner than this are left out', 0.15),
    step: Type.Number({
      description:
        'Where colours change by less than this from pixel to pixel, images being in [−1, 1], the backdrop goes on, such as ' +
        'in the glow of a lamp; 0 where it never does',
      default: 0.03,
      minimum: 0,
    }),
  }),
  inputs: { image: port('image[B,H,W,C]') },
  outputs: {
    mask: port('mask[B,H,W,1]'),
    backdrop: port('image[B,H,W,C]', {
      description: 'The fitted colours: the picture as if nothing stood there',
    }),
  },
  run({ inputs: { image }, params }) {
    const { mask, backdrop } = beforeBackdrop(image, params);
    return { mask, backdrop: tf.clipByValue(backdrop, -1, 1) };
  },
});
