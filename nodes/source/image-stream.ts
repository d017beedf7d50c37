import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { expectReadable, imageListParams, listNames, loadEntry } from '../_image-list.ts';
import { permutation } from '../_permutation.ts';

export const imageStream = defineNode({
  type: 'source/image-stream',
  version: 1,
  title: 'Stream of images',
  description:
    'The images of a list or of a folder one after the other, another one for every pull, for training one set of ' +
    'networks on all of them: in the order of the list at first, reshuffled after each round. What it reads is described ' +
    'at source/image-folder.',
  example: {
    formatVersion: 1,
    nodes: {
      target: {
        type: 'source/image-stream',
        params: { images: 'data/celeba', list: 'data/celeba/list_0-199.txt' },
      },
      picture: { type: 'sink/image', in: { image: 'target.image' } },
    },
    schedule: [{ pull: 'picture', times: 3 }],
  },
  params: Type.Object({
    ...imageListParams(),
    shuffle: Type.Boolean({
      description: 'Whether rounds after the first have another order',
      default: true,
    }),
  }),
  inputs: {},
  outputs: {
    image: port('image[1,$size,$size,3]'),
    latent: port('latent[1,$latent]'),
    depth: port('depth[1,$size,$size]'),
    index: port('float[1]', { description: 'Position in the list, counted from 0' }),
  },
  role: 'source',
  every: 'pull',
  async load({ params, context: { resolve, step } }) {
    const names = await listNames(params, resolve);
    if (step === 0) await expectReadable(params, names, resolve);
    const round = Math.floor(step / names.length);
    const place = step % names.length;
    const shuffled = params.shuffle && round > 0;
    const index = shuffled ? (permutation(names.length, { salt: 0, round })[place] as number) : place;
    const entry = await loadEntry(params, names[index] as string, resolve);
    return { ...entry, index: { shape: [1], data: Float32Array.of(index) } };
  },
});
