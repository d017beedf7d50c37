import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export const report = defineNode({
  type: 'sink/report',
  version: 1,
  title: 'Report',
  description: 'Reports numbers as metrics of the run, by the names of its inputs.',
  example: example(
    {
      a: constant([1, 8, 8, 3], 0.5),
      b: constant([1, 8, 8, 3]),
      psnr: { type: 'metric/psnr', in: { a: 'a', b: 'b' } },
      report: {
        type: 'sink/report',
        in: { metrics: { PSNR: 'psnr' } },
        params: { unit: 'dB', better: 'higher' },
      },
    },
    'report',
  ),
  params: Type.Object({
    unit: Type.String({ description: 'Unit of the numbers; empty for none', default: '' }),
    better: Type.Union([Type.Literal('lower'), Type.Literal('higher'), Type.Literal('neither')], {
      description: 'Which direction is better',
      default: 'neither',
    }),
  }),
  inputs: { metrics: port.map('metric[]') },
  outputs: {},
  role: 'sink',
  write({ inputs, params: { unit, better }, context }) {
    const about = { ...(unit && { unit }), ...(better !== 'neither' && { better }) };
    for (const [name, { data }] of Object.entries(inputs.metrics)) {
      context.report({ [name]: { value: data[0] as number, ...about } });
    }
  },
});
