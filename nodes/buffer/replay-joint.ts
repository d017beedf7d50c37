import { Type } from 'typebox';
import { type BufferContext, defineNode, type HostTensor, port } from '../../runtime/node.ts';
import { constant } from '../_example.ts';
import { permutation } from '../_permutation.ts';
import { batchesOf, capacity, gatherRows, rowCount, writeBatch } from '../_samples.ts';

export const jointReplay = defineNode({
  type: 'buffer/replay-joint',
  version: 1,
  title: 'Projected samples of many images',
  description:
    'Remembers projected samples of many images, for training one set of networks on all of them: every read goes on to ' +
    'the next image, in an order that is reshuffled after each round, and gives that image with random samples of it.',
  example: {
    formatVersion: 1,
    nodes: {
      image: { type: 'source/pattern', params: { size: 16 } },
      mask: constant([1, 16, 16, 1], 1),
      index: constant([1]),
      samples: {
        type: 'buffer/replay-joint',
        in: { image: 'image', mask: 'mask', target: 'image', index: 'index' },
        params: { count: 2 },
      },
      batch: { type: 'math/mask', in: { image: 'samples.image', mask: 'samples.mask' } },
    },
    schedule: [{ pull: 'samples', times: 3 }, { pull: 'batch' }],
  },
  params: Type.Object({
    capacity: capacity(800),
    count: Type.Integer({ description: 'Images in a batch that is read', default: 8, minimum: 1 }),
  }),
  inputs: {
    image: port('image[B,H,W,C]'),
    mask: port('mask[B,H,W,1]'),
    target: port('image[1,H,W,C]', { description: 'The image that these are samples of' }),
    index: port('float[1]', { description: 'Which image that is, counted from 0' }),
  },
  outputs: {
    image: port('image[$count,H,W,C]'),
    mask: port('mask[$count,H,W,1]'),
    target: port('image[1,H,W,C]'),
    index: port('float[1]'),
  },
  role: 'buffer',
  write({ inputs: { image, mask, target, index }, params: { capacity }, context }) {
    writeBatch(context, capacity, [
      { name: 'image', value: image },
      { name: 'mask', value: mask },
      { name: 'index', value: index },
    ]);
    context.memory.set(`target-${index.data[0]}`, target);
  },
  read({ params: { count }, context }) {
    const indices = batchesOf(context, 'index').map(({ data }) => data[0] as number);
    if (indices.length === 0)
      throw new Error('nothing was written yet: pull this buffer before what reads it');
    const { index, order } = nextImage(
      context,
      [...new Set(indices)].sort((a, b) => a - b),
    );
    const isOfImage = (_: HostTensor, slot: number) => indices[slot] === index;
    const images = batchesOf(context, 'image').filter(isOfImage);
    const total = rowCount(images);
    if (total < count) {
      throw new Error(`a batch of ${count} is read, but image ${index} has only ${total} samples`);
    }
    const rows = order(total).subarray(0, count);
    return {
      image: gatherRows(images, rows),
      mask: gatherRows(batchesOf(context, 'mask').filter(isOfImage), rows),
      target: context.memory.get(`target-${index}`) as HostTensor,
      index: { shape: [1], data: Float32Array.of(index) },
    };
  },
});

/** The image that is next, and an order of its samples. */
function nextImage({ memory, random }: BufferContext, images: readonly number[]) {
  const reads = (memory.get('reads')?.data[0] as number | undefined) ?? 0;
  memory.set('reads', { shape: [1], data: Int32Array.of(reads + 1) });
  const round = Math.floor(reads / images.length);
  // Draws are the same at every read between two writes; the count of reads tells them apart.
  const [imageSalt = 0, sampleSalt = 0] = random.uniform(2);
  const order = permutation(images.length, { salt: imageSalt, round });
  const place = reads % images.length;
  const index = images[round === 0 ? place : (order[place] as number)] as number;
  return { index, order: (total: number) => permutation(total, { salt: sampleSalt, round: reads }) };
}
