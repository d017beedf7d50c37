import { Type } from 'typebox';
import { defineNode, port } from '../../../../runtime/node.ts';

export const record = defineNode({
  type: 'golden/record',
  version: 1,
  title: 'Record',
  description: 'Takes tensors by name: the test reads what is delivered to it.',
  params: Type.Object({}),
  inputs: { values: port.map('any[...]') },
  outputs: {},
  role: 'sink',
  write() {},
});
