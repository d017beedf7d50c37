import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant } from '../_example.ts';
import { batchesOf, capacity, expectRows, gatherRows, writeBatch } from '../_samples.ts';

export const collect = defineNode({
  type: 'buffer/collect',
  version: 1,
  title: 'Collected batches',
  description:
    'Remembers batches and gives the first rows of all of them as one batch, in the order in which they were written: ' +
    'for what looks at a whole population at once. Buffers that are pulled together stay together, row by row.',
  example: {
    formatVersion: 1,
    nodes: {
      x: constant([2, 3], 1),
      all: { type: 'buffer/collect', in: { x: 'x' }, params: { count: 6 } },
      size: { type: 'loss/latent-norm', in: { offset: 'all' } },
    },
    schedule: [{ pull: 'all', times: 3 }, { pull: 'size' }],
  },
  params: Type.Object({
    capacity: capacity(1000),
    count: Type.Integer({ description: 'Rows that are read', default: 100, minimum: 1 }),
  }),
  inputs: { x: port('float[B,...X]') },
  outputs: { x: port('float[$count,...X]') },
  role: 'buffer',
  write({ inputs: { x }, params: { capacity }, context }) {
    writeBatch(context, capacity, [{ name: 'x', value: x }]);
  },
  read({ params: { count }, context }) {
    const batches = batchesOf(context, 'x');
    expectRows(batches, count);
    return {
      x: gatherRows(
        batches,
        Int32Array.from({ length: count }, (_, row) => row),
      ),
    };
  },
});
