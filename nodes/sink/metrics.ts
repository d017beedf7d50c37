import { Type } from 'typebox';
import { writeFileAtomic } from '../../runtime/formats/index.ts';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, dome } from '../_example.ts';

/** What is known of the metrics of this project, by their usual names. */
const KNOWN: { readonly [name: string]: { readonly unit?: string; readonly better?: 'higher' } } = {
  side: {},
  alignedside: {},
  correlation: { better: 'higher' },
  mad: { unit: '°' },
  mae: {},
  mse: {},
};

export const metrics = defineNode({
  type: 'sink/metrics',
  version: 1,
  title: 'Depth errors of an item',
  description:
    'Reports what metric/depth measures, by the names of its inputs: errors, of which less is better, and the ' +
    '`correlation`, of which more is. Writes them as JSON, the last write of an item standing. For metrics of another ' +
    'kind there is sink/report.',
  example: {
    formatVersion: 1,
    nodes: {
      ...dome,
      truth: { type: 'prior/ellipsoid', in: { mask: 'mask' }, params: { near: 0.9 } },
      visible: constant([1, 16, 16, 1], 1),
      error: { type: 'metric/depth', in: { depth: 'depth', truth: 'truth', mask: 'visible' } },
      report: { type: 'sink/metrics', in: { metrics: { side: 'error.side', mad: 'error.mad' } } },
    },
    schedule: [{ pull: 'report' }],
  },
  params: Type.Object({
    name: Type.String({ description: 'Name of the file', default: 'metrics', pattern: '^[\\w-]+$' }),
  }),
  inputs: { metrics: port.map('metric[]') },
  outputs: {},
  role: 'sink',
  async write({ inputs, params, context }) {
    const values = Object.entries(inputs.metrics).map(
      ([name, { data }]) => [name, data[0] as number] as const,
    );
    for (const [name, value] of values) {
      context.report({ [name]: { value, better: 'lower', ...KNOWN[name.toLowerCase()] } });
    }
    const text = `${JSON.stringify({ item: context.item.name, ...Object.fromEntries(values) }, null, 2)}\n`;
    await writeFileAtomic(context.file(`${params.name}.json`), [Buffer.from(text)]);
  },
});
