import { Type } from 'typebox';
import { defineNode, type HostTensor, port } from '../../../runtime/node.ts';

export const replay = defineNode({
  type: 'toy/replay',
  version: 1,
  title: 'Replay buffer',
  description: 'Remembers the last tensors written to it and gives the newest.',
  params: Type.Object({
    capacity: Type.Integer({ description: 'How many to remember', default: 4, minimum: 1 }),
  }),
  inputs: { x: port('float[...X]') },
  outputs: { x: port('float[...X]') },
  role: 'buffer',
  write({ inputs, params, context }) {
    const { memory, step } = context;
    memory.set(`slot-${step % params.capacity}`, inputs.x);
    memory.set('newest', { shape: [], data: Int32Array.of(step % params.capacity) });
  },
  read({ context }) {
    const newest = context.memory.get('newest')?.data[0];
    const x: HostTensor | undefined = context.memory.get(`slot-${newest}`);
    if (!x) throw new Error('nothing was written yet: pull this buffer before what reads it');
    return { x };
  },
});
