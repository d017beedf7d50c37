import { Type } from 'typebox';
import { defineNode, port } from '../../../runtime/node.ts';

export const noise = defineNode({
  type: 'toy/noise',
  version: 1,
  title: 'Noise from the host',
  description: 'Normal numbers made on the host, loaded anew for every pull.',
  params: Type.Object({
    rows: Type.Integer({ description: 'Number of rows', default: 4, minimum: 1 }),
    columns: Type.Integer({ description: 'Length of a row', default: 2, minimum: 1 }),
  }),
  inputs: {},
  outputs: { x: port('float[$rows,$columns]') },
  role: 'source',
  every: 'pull',
  load: ({ params, context }) => ({
    x: { shape: [params.rows, params.columns], data: context.random.normal(params.rows * params.columns) },
  }),
});
