import { Type } from 'typebox';
import { savedTensor, writeTorch } from '../../runtime/formats/index.ts';
import { defineNode, port } from '../../runtime/node.ts';
import { constant } from '../_example.ts';

export const latentSink = defineNode({
  type: 'sink/latent',
  version: 1,
  title: 'Latent to a file',
  description:
    'Writes a latent as ITEM.pt, a tensor that PyTorch loads: [L] of the space W, which source/image-folder reads beside ' +
    'its images, or [N,L] of W+.',
  example: {
    formatVersion: 1,
    nodes: {
      w: constant([1, 8], 1),
      file: { type: 'sink/latent', in: { latent: 'w' } },
    },
    schedule: [{ pull: 'file' }],
  },
  params: Type.Object({}),
  inputs: { latent: port('latent[1,...N]') },
  outputs: {},
  role: 'sink',
  async write({ inputs: { latent }, context }) {
    const shape = latent.shape.slice(1);
    const data = Float32Array.from(latent.data);
    const name = context.item.name.replaceAll(/[\\/]/g, '_');
    await writeTorch(context.file(`${name}.pt`), savedTensor({ dtype: 'float32', shape, data }));
  },
});
