import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, dome } from '../_example.ts';
import { batchesOf, capacity, drawRows, expectRows, gatherRows, writeBatch } from '../_samples.ts';

export const shapeReplay = defineNode({
  type: 'buffer/replay-shapes',
  version: 1,
  title: 'Images and their shapes',
  description:
    'Remembers images with a guess at the shape of each and the mask where that guess holds. Every read gives random ones ' +
    'of all: a depth network learns from them what the guesses have in common, at the price of one guess an image.',
  example: {
    formatVersion: 1,
    nodes: {
      ...dome,
      image: { type: 'source/pattern', params: { size: 16 } },
      shapes: {
        type: 'buffer/replay-shapes',
        in: { image: 'image', depth: 'depth', mask: 'mask' },
        params: { count: 2 },
      },
      flat: constant([2, 16, 16], 1),
      loss: { type: 'loss/depth', in: { depth: 'flat', truth: 'shapes.depth', mask: 'shapes.mask' } },
    },
    schedule: [{ pull: 'shapes', times: 3 }, { pull: 'loss' }],
  },
  params: Type.Object({
    capacity: capacity(1000),
    count: Type.Integer({ description: 'Images in a batch that is read', default: 16, minimum: 1 }),
  }),
  inputs: {
    image: port('image[B,H,W,C]'),
    depth: port('depth[B,H,W]'),
    mask: port('mask[B,H,W,1]'),
  },
  outputs: {
    image: port('image[$count,H,W,C]'),
    depth: port('depth[$count,H,W]'),
    mask: port('mask[$count,H,W,1]'),
  },
  role: 'buffer',
  write({ inputs: { image, depth, mask }, params: { capacity }, context }) {
    writeBatch(context, capacity, [
      { name: 'image', value: image },
      { name: 'depth', value: depth },
      { name: 'mask', value: mask },
    ]);
  },
  read({ params: { count }, context }) {
    const images = batchesOf(context, 'image');
    const rows = drawRows(context, expectRows(images, count), count);
    return {
      image: gatherRows(images, rows),
      depth: gatherRows(batchesOf(context, 'depth'), rows),
      mask: gatherRows(batchesOf(context, 'mask'), rows),
    };
  },
});
