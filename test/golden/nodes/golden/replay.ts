import { Type } from 'typebox';
import { batchesOf, gatherRows, rowCount, writeBatch } from '../../../../nodes/_samples.ts';
import { defineNode, port } from '../../../../runtime/node.ts';

export const replay = defineNode({
  type: 'golden/replay',
  version: 1,
  title: 'Projected samples with recorded orders',
  description: 'What buffer/replay does, with reshuffles that another run drew at random.',
  params: Type.Object({
    capacity: Type.Integer({ description: 'Writes that are remembered', minimum: 1 }),
    count: Type.Integer({ description: 'Images in a batch', minimum: 1 }),
    orders: Type.Array(Type.Array(Type.Integer()), { description: 'The reshuffles in turn' }),
  }),
  inputs: { image: port('image[B,H,W,C]'), mask: port('mask[B,H,W,1]') },
  outputs: { image: port('image[$count,H,W,C]'), mask: port('mask[$count,H,W,1]') },
  role: 'buffer',
  write({ inputs: { image, mask }, params: { capacity }, context }) {
    writeBatch(context, capacity, [
      { name: 'image', value: image },
      { name: 'mask', value: mask },
    ]);
  },
  read({ params: { count, orders }, context }) {
    const { memory } = context;
    const images = batchesOf(context, 'image');
    const total = rowCount(images);
    let order = memory.get('order')?.data ?? Int32Array.from({ length: total }, (_, i) => i);
    let [at = 0, reshuffles = 0] = memory.get('position')?.data ?? [];
    at += count;
    if (at + count >= total) {
      const before = order;
      order = Int32Array.from(orders[reshuffles] as number[], (i) => before[i] as number);
      [at, reshuffles] = [0, reshuffles + 1];
    }
    memory.set('order', { shape: [total], data: order as Int32Array });
    memory.set('position', { shape: [2], data: Int32Array.of(at, reshuffles) });
    const rows = order.subarray(at, at + count);
    return { image: gatherRows(images, rows), mask: gatherRows(batchesOf(context, 'mask'), rows) };
  },
});
