import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant } from '../_example.ts';
import { batchesOf, capacity, drawRows, expectRows, gatherRows, writeBatch } from '../_samples.ts';

export const knownReplay = defineNode({
  type: 'buffer/replay-known',
  version: 1,
  title: 'Samples of known view and light',
  description:
    'Remembers samples of many images with the views and lights in which they were asked for, and the image that each is ' +
    'a sample of. Every read gives random ones of all: what the view and the light network are taught from, far cheaper ' +
    'than samples that are made for a single use.',
  example: {
    formatVersion: 1,
    nodes: {
      image: { type: 'source/pattern', params: { size: 16 } },
      view: constant([1, 6], 0.1),
      light: constant([1, 4], 0.5),
      known: {
        type: 'buffer/replay-known',
        in: { image: 'image', target: 'image', view: 'view', light: 'light' },
        params: { count: 2 },
      },
      error: { type: 'loss/mean-square', in: { a: 'known.image', b: 'known.target' } },
    },
    schedule: [{ pull: 'known', times: 3 }, { pull: 'error' }],
  },
  params: Type.Object({
    capacity: capacity(300),
    count: Type.Integer({ description: 'Samples in a batch that is read', default: 16, minimum: 1 }),
  }),
  inputs: {
    image: port('image[B,H,W,C]'),
    target: port('image[1,H,W,C]', { description: 'The image that these are samples of' }),
    view: port('float[B,6]'),
    light: port('float[B,4]'),
  },
  outputs: {
    image: port('image[$count,H,W,C]'),
    target: port('image[$count,H,W,C]'),
    view: port('float[$count,6]'),
    light: port('float[$count,4]'),
  },
  role: 'buffer',
  write({ inputs: { image, target, view, light }, params: { capacity }, context }) {
    writeBatch(context, capacity, [
      { name: 'image', value: image },
      { name: 'target', value: target },
      { name: 'view', value: view },
      { name: 'light', value: light },
    ]);
  },
  read({ params: { count }, context }) {
    const images = batchesOf(context, 'image');
    const rows = drawRows(context, expectRows(images, count), count);
    const writes = images.flatMap(({ shape }, slot) =>
      Array.from({ length: shape[0] as number }, () => slot),
    );
    return {
      image: gatherRows(images, rows),
      target: gatherRows(
        batchesOf(context, 'target'),
        rows.map((row) => writes[row] as number),
      ),
      view: gatherRows(batchesOf(context, 'view'), rows),
      light: gatherRows(batchesOf(context, 'light'), rows),
    };
  },
});
