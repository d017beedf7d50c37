import { appendFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Type } from 'typebox';
import { defineNode, port } from '../../../runtime/node.ts';

export const record = defineNode({
  type: 'toy/record',
  version: 1,
  title: 'Record',
  description: 'Reports the mean of its input and appends it to a file; can be slow, or fail, on purpose.',
  params: Type.Object({
    delay: Type.Integer({ description: 'Milliseconds to take', default: 0, minimum: 0 }),
    fail: Type.Boolean({ description: 'Whether to fail', default: false }),
  }),
  inputs: { x: port('any[...]') },
  outputs: {},
  role: 'sink',
  async write({ inputs, params, context }) {
    if (params.delay > 0) await wait(params.delay);
    if (params.fail) throw new Error('this sink was told to fail');
    const { data } = inputs.x;
    const value = Array.from(data).reduce((sum, one) => sum + one, 0) / data.length;
    context.report({ mean: value });
    await appendFile(context.file('record.txt'), `${context.step} ${value}\n`);
  },
});
