import { Type } from 'typebox';
import { defineNode, type HostTensor, port } from '../../runtime/node.ts';
import { expectReadable, type ImageList, imageListParams, listNames, loadEntry } from '../_image-list.ts';
import { Rounds } from '../_permutation.ts';

export const imageStream = defineNode({
  type: 'source/image-stream',
  version: 1,
  title: 'Stream of images',
  description:
    'The images of a list or of a folder one after the other, the next ones for every pull, for training one set of ' +
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
    count: Type.Integer({ description: 'Images for a pull', default: 1, minimum: 1, maximum: 4096 }),
    shuffle: Type.Boolean({
      description: 'Whether rounds after the first have another order',
      default: true,
    }),
  }),
  inputs: {},
  outputs: {
    image: port('image[$count,$size,$size,3]'),
    latent: port('latent[$count,$latent]'),
    depth: port('depth[$count,$size,$size]'),
    view: port('view[$count,6]'),
    index: port('float[$count]', { description: 'Positions in the list, counted from 0' }),
  },
  role: 'source',
  every: 'pull',
  async load({ params, context: { resolve, step } }) {
    const { names, rounds } = await listOf(params, resolve);
    if (step === 0) await expectReadable(params, names, resolve);
    const { count, shuffle } = params;
    const indices = Array.from({ length: count }, (_, i) => {
      const position = step * count + i;
      return shuffle && position >= names.length ? rounds.at(position) : position % names.length;
    });
    const entries = await Promise.all(
      indices.map((index) => loadEntry(params, names[index] as string, resolve)),
    );
    return {
      image: stacked(entries.map(({ image }) => image)),
      latent: stacked(entries.map(({ latent }) => latent)),
      depth: stacked(entries.map(({ depth }) => depth)),
      view: stacked(entries.map(({ view }) => view)),
      index: { shape: [count], data: Float32Array.from(indices) },
    };
  },
});

interface List {
  readonly names: readonly string[];
  readonly rounds: Rounds;
}

/** The lists of graphs in use: a long one takes longer to read than the images of a pull. */
const lists = new WeakMap<ImageList, Promise<List>>();

function listOf(params: ImageList, resolve: (path: string) => string): Promise<List> {
  const known = lists.get(params);
  if (known) return known;
  const list = listNames(params, resolve).then((names) => ({ names, rounds: new Rounds(names.length) }));
  lists.set(params, list);
  list.catch(() => lists.delete(params));
  return list;
}

/** Tensors [1,…] as one batch. */
function stacked(tensors: readonly HostTensor[]): HostTensor {
  const [{ shape, data }] = tensors as readonly [HostTensor, ...HostTensor[]];
  const all = new Float32Array(tensors.length * data.length);
  for (const [i, tensor] of tensors.entries()) all.set(tensor.data, i * data.length);
  return { shape: [tensors.length, ...shape.slice(1)], data: all };
}
