import { setTimeout as wait } from 'node:timers/promises';
import { Type } from 'typebox';
import { defineNode, port } from '../../../runtime/node.ts';

export const waiting = defineNode({
  type: 'measured/wait',
  version: 1,
  title: 'Wait',
  description: 'Takes its time, so that a run is long enough to be killed.',
  params: Type.Object({ delay: Type.Integer({ description: 'Milliseconds', default: 0, minimum: 0 }) }),
  inputs: { x: port('any[...]') },
  outputs: {},
  role: 'sink',
  write: async ({ params }) => {
    await wait(params.delay);
  },
});
