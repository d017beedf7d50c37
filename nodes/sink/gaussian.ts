import { Type } from 'typebox';
import { writeFileAtomic } from '../../runtime/formats/index.ts';
import { defineNode, port } from '../../runtime/node.ts';

export const gaussianSink = defineNode({
  type: 'sink/gaussian',
  version: 1,
  title: 'Normal distribution to a file',
  description:
    'Writes a mean and a covariance as JSON, { "mean": […], "cov": [[…], …] }, which source/gaussian reads.',
  example: {
    formatVersion: 1,
    nodes: {
      prior: { type: 'source/gaussian', params: { size: 6 } },
      file: { type: 'sink/gaussian', in: { mean: 'prior.mean', covariance: 'prior.covariance' } },
    },
    schedule: [{ pull: 'file' }],
  },
  params: Type.Object({
    name: Type.String({ description: 'Name of the file', default: 'gaussian', pattern: '^[\\w-]+$' }),
  }),
  inputs: { mean: port('float[D]'), covariance: port('float[D,D]') },
  outputs: {},
  role: 'sink',
  async write({ inputs: { mean, covariance }, params, context }) {
    const size = mean.data.length;
    const rows = Array.from({ length: size }, (_, row) =>
      Array.from(covariance.data.subarray(row * size, (row + 1) * size)),
    );
    const text = `${JSON.stringify({ mean: Array.from(mean.data), cov: rows }, null, 2)}\n`;
    await writeFileAtomic(context.file(`${params.name}.json`), [Buffer.from(text)]);
  },
});
