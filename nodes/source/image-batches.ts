import { Type } from 'typebox';
import { type Raster, rasterToTensor } from '../../runtime/formats/image.ts';
import { defineNode, port } from '../../runtime/node.ts';
import { listNames, type PictureList, pictureListParams, readPicture } from '../_image-list.ts';
import { Rounds } from '../_permutation.ts';

export const imageBatches = defineNode({
  type: 'source/image-batches',
  version: 1,
  title: 'Batches of images',
  description:
    'The images of a folder or list in batches, another one for every pull, in an order that is drawn anew for every ' +
    'round through all of them: what a GAN is trained on. A batch may end one round and begin the next. Pictures are ' +
    'decoded once and kept in memory as far as they fit the limit.',
  example: {
    formatVersion: 1,
    nodes: {
      real: { type: 'source/image-batches', params: { images: 'data/faces/image', size: 64, batch: 16 } },
      sheet: { type: 'sink/strip', in: { images: 'real' }, params: { columns: 4 } },
    },
    schedule: [{ pull: 'sheet' }],
  },
  params: Type.Object({
    ...pictureListParams(64),
    batch: Type.Integer({ description: 'Images in a batch', default: 16, minimum: 1, maximum: 4096 }),
    mirror: Type.Boolean({
      description: 'Whether half of the images, drawn anew every time, are mirrored left to right',
      default: false,
    }),
    memory: Type.Number({
      description:
        'Megabytes of decoded pictures that are kept; others are decoded whenever it is their turn',
      default: 600,
      minimum: 0,
    }),
  }),
  inputs: {},
  outputs: { images: port('image[$batch,$size,$size,3]') },
  role: 'source',
  every: 'pull',
  async load({ params, context: { resolve, random, step } }) {
    const { size, batch, mirror } = params;
    const pictures = await picturesOf(params, resolve);
    const mirrored = random.uniform(batch);
    const data = new Float32Array(batch * size * size * 3);
    const rasters = Array.from({ length: batch }, (_, i) =>
      pictures.at(pictures.rounds.at(step * batch + i)),
    );
    for (const [i, raster] of (await Promise.all(rasters)).entries()) {
      const image = rasterToTensor(raster).data as Float32Array;
      const flip = mirror && (mirrored[i] as number) < 0.5;
      if (flip) mirrorRows(image, size);
      data.set(image, i * image.length);
    }
    return { images: { shape: [batch, size, size, 3], data } };
  },
});

type Params = PictureList & { readonly memory: number };
type Resolve = (path: string) => string;

/** The pictures of a source: those that were decoded stay, as far as they fit. */
class Pictures {
  readonly rounds: Rounds;
  private readonly kept = new Map<number, Raster>();
  private bytes = 0;

  constructor(
    private readonly names: readonly string[],
    private readonly params: Params,
    private readonly resolve: Resolve,
  ) {
    this.rounds = new Rounds(names.length);
  }

  async at(index: number): Promise<Raster> {
    const known = this.kept.get(index);
    if (known) return known;
    const raster = await readPicture(this.params, this.names[index] as string, this.resolve);
    if (!this.kept.has(index) && this.bytes + raster.data.byteLength <= this.params.memory * 1e6) {
      this.bytes += raster.data.byteLength;
      this.kept.set(index, raster);
    }
    return raster;
  }
}

/** What was read for the parameters of a graph's node, as long as that graph is in use. */
const opened = new WeakMap<Params, Promise<Pictures>>();

function picturesOf(params: Params, resolve: Resolve): Promise<Pictures> {
  const known = opened.get(params);
  if (known) return known;
  const opening = listNames(params, resolve).then((names) => new Pictures(names, params, resolve));
  opened.set(params, opening);
  opening.catch(() => opened.delete(params));
  return opening;
}

/** An image [S,S,3] with every row turned round. */
function mirrorRows(image: Float32Array, size: number): void {
  for (let left = 0; left < Math.floor(size / 2); left++) {
    for (let y = 0; y < size; y++) {
      const [a, b] = [(y * size + left) * 3, (y * size + size - 1 - left) * 3];
      for (let channel = 0; channel < 3; channel++) {
        const kept = image[a + channel] as number;
        image[a + channel] = image[b + channel] as number;
        image[b + channel] = kept;
      }
    }
  }
}
