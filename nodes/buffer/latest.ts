import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant } from '../_example.ts';

export const latest = defineNode({
  type: 'buffer/latest',
  version: 1,
  title: 'Latest',
  description:
    'Remembers what was written last, such as the canonical depth of the last step 1: reading it computes nothing anew ' +
    'and passes no gradient.',
  example: {
    formatVersion: 1,
    nodes: {
      x: constant([2, 3], 1),
      kept: { type: 'buffer/latest', in: { x: 'x' } },
      size: { type: 'loss/latent-norm', in: { offset: 'kept' } },
    },
    schedule: [{ pull: 'kept' }, { pull: 'size' }],
  },
  params: Type.Object({}),
  inputs: { x: port('float[...X]') },
  outputs: { x: port('float[...X]') },
  role: 'buffer',
  write({ inputs, context }) {
    context.memory.set('x', inputs.x);
  },
  read({ context }) {
    const x = context.memory.get('x');
    if (!x) throw new Error('nothing was written yet: pull this buffer before what reads it');
    return { x };
  },
});
