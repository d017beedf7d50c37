import { Type } from 'typebox';
import { type BufferContext, defineNode, port } from '../../runtime/node.ts';
import { constant } from '../_example.ts';
import { permutation } from '../_permutation.ts';
import { batchesOf, capacity, expectRows, gatherRows, writeBatch } from '../_samples.ts';

export const replay = defineNode({
  type: 'buffer/replay',
  version: 1,
  title: 'Projected samples',
  description:
    'Remembers images and masks, such as the projected samples of step 2, and gives them back in batches: in the order ' +
    'in which they were written at first (from the second batch on), then reshuffled whenever what is left does not ' +
    'exceed a batch. This is the order of the original.',
  example: {
    formatVersion: 1,
    nodes: {
      image: { type: 'source/pattern', params: { size: 16 } },
      mask: constant([1, 16, 16, 1], 1),
      samples: { type: 'buffer/replay', in: { image: 'image', mask: 'mask' }, params: { count: 2 } },
      batch: { type: 'math/mask', in: { image: 'samples.image', mask: 'samples.mask' } },
    },
    schedule: [{ pull: 'samples', times: 5 }, { pull: 'batch' }],
  },
  params: Type.Object({
    capacity: capacity(100),
    count: Type.Integer({ description: 'Images in a batch that is read', default: 8, minimum: 1 }),
  }),
  inputs: { image: port('image[B,H,W,C]'), mask: port('mask[B,H,W,1]') },
  outputs: { image: port('image[$count,H,W,C]'), mask: port('mask[$count,H,W,1]') },
  role: 'buffer',
  write({ inputs: { image, mask }, params: { capacity }, context }) {
    // A collection begins anew when the oldest write is replaced: its samples are in the order of writing.
    if (context.step % capacity === 0) context.memory.delete('order');
    writeBatch(context, capacity, [
      { name: 'image', value: image },
      { name: 'mask', value: mask },
    ]);
  },
  read({ params: { count }, context }) {
    const images = batchesOf(context, 'image');
    const total = expectRows(images, count);
    const rows = nextRows(context, total, count);
    return { image: gatherRows(images, rows), mask: gatherRows(batchesOf(context, 'mask'), rows) };
  },
});

/** Moves on by a batch, reshuffling at the end, and gives the rows of the batch. */
function nextRows({ memory, random }: BufferContext, total: number, count: number): Int32Array {
  const known = memory.get('order')?.data as Int32Array | undefined;
  const state = memory.get('position')?.data ?? Int32Array.of(0, 0);
  let [at, reshuffles] = [(state[0] as number) + count, state[1] as number];
  let order = known?.length === total ? known : Int32Array.from({ length: total }, (_, i) => i);
  if (at + count >= total) {
    // The first draw is the same at every read between two writes; the count of reshuffles tells them apart.
    const [salt = 0] = random.uniform(1);
    const before = order;
    order = permutation(total, { salt, round: reshuffles }).map((i) => before[i] as number);
    [at, reshuffles] = [0, reshuffles + 1];
  }
  memory.set('order', { shape: [total], data: order });
  memory.set('position', { shape: [2], data: Int32Array.of(at, reshuffles) });
  return order.subarray(at, at + count);
}
