import { readFileSync } from 'node:fs';
import { Type } from 'typebox';
import { defineNode, port } from '../../../runtime/node.ts';

export const items = defineNode({
  type: 'toy/items',
  version: 1,
  title: 'Toy images',
  description: 'A number of constant grey images, one an item: item i has the value i / count.',
  params: Type.Object({
    count: Type.Integer({ description: 'Number of items', default: 2, minimum: 1 }),
    size: Type.Integer({
      description: 'Side of the square image in pixels',
      default: 4,
      minimum: 1,
      maximum: 1024,
    }),
    fail: Type.Integer({
      description: 'Index of an item that cannot be loaded; -1 for none',
      default: -1,
      minimum: -1,
    }),
    nan: Type.Integer({
      description: 'Index of an item whose image is NaN; -1 for none',
      default: -1,
      minimum: -1,
    }),
    list: Type.String({ description: 'A file with the names of the items as JSON', default: '' }),
  }),
  inputs: {},
  outputs: { image: port('image[1,$size,$size,3]'), mask: port('mask[1,$size,$size,1]') },
  role: 'source',
  every: 'item',
  items: ({ params, context }) =>
    params.list === ''
      ? Array.from({ length: params.count }, (_, i) => `item-${i}`)
      : JSON.parse(readFileSync(context.resolve(params.list), 'utf8')),
  load({ params, context }) {
    const { index, name } = context.item;
    if (index === params.fail) throw new Error(`${name} was told to fail`);
    const pixels = params.size * params.size;
    return {
      image: {
        shape: [1, params.size, params.size, 3],
        data: new Float32Array(3 * pixels).fill(index === params.nan ? Number.NaN : index / params.count),
      },
      mask: { shape: [1, params.size, params.size, 1], data: new Float32Array(pixels).fill(1) },
    };
  },
});
