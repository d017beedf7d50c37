import { Type } from 'typebox';
import { toFrames, writePng } from '../../runtime/formats/image-write.ts';
import { savedTensor, writeTorch } from '../../runtime/formats/index.ts';
import { defineNode, port } from '../../runtime/node.ts';
import { constant } from '../_example.ts';

export const samples = defineNode({
  type: 'sink/samples',
  version: 1,
  title: 'Samples of a GAN',
  description:
    'Writes every image of a batch with its latent: NUMBER.png among the images of the run and NUMBER.pt, ' +
    'which PyTorch loads, among its files. source/image-folder reads these folders.',
  example: {
    formatVersion: 1,
    nodes: {
      images: { type: 'source/pattern', params: { size: 16 } },
      latents: constant([1, 8]),
      first: constant([1]),
      samples: { type: 'sink/samples', in: { images: 'images', latents: 'latents', first: 'first' } },
    },
    schedule: [{ pull: 'samples' }],
  },
  params: Type.Object({
    digits: Type.Integer({ description: 'Digits of a number', default: 6, minimum: 1, maximum: 16 }),
  }),
  inputs: {
    images: port('image[B,H,W,3]'),
    latents: port('latent[B,L]'),
    first: port('float[1]', { description: 'Number of the first image' }),
  },
  outputs: {},
  role: 'sink',
  async write({ inputs: { images, latents, first }, params: { digits }, context }) {
    const frames = toFrames(images);
    const bytes = frames.data.length / frames.count;
    const [, length = 0] = latents.shape;
    for (let i = 0; i < frames.count; i++) {
      const name = String((first.data[0] as number) + i).padStart(digits, '0');
      const data = frames.data.subarray(i * bytes, (i + 1) * bytes);
      await writePng(context.file(`${name}.png`), { ...frames, count: 1, data });
      const latent = Float32Array.from(latents.data.subarray(i * length, (i + 1) * length));
      await writeTorch(
        context.file(`${name}.pt`),
        savedTensor({ dtype: 'float32', shape: [length], data: () => latent }),
      );
    }
  },
});
