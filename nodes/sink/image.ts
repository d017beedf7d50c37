import sharp from 'sharp';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export const image = defineNode({
  type: 'sink/image',
  version: 1,
  title: 'Image file',
  description:
    'Writes the first image of a batch as a PNG file: colours in [−1, 1] become 0 to 255, one channel becomes grey. Each write replaces the one before, unless `keep` is set.',
  example: example(
    {
      grey: constant([1, 8, 8, 1]),
      picture: { type: 'sink/image', in: { image: 'grey' }, params: { name: 'grey' } },
    },
    'picture',
  ),
  params: Type.Object({
    name: Type.String({
      description: 'What it shows, and the name of the file',
      default: 'image',
      pattern: '^[\\w-]+$',
    }),
    keep: Type.Boolean({
      description: 'Whether every write has a file of its own, NAME-STEP.png',
      default: false,
    }),
  }),
  inputs: { image: port('image[B,H,W,C]') },
  outputs: {},
  role: 'sink',
  async write({ inputs, params: { name, keep }, context }) {
    const { data, shape } = inputs.image;
    const [, height = 0, width = 0, channels = 0] = shape;
    if (channels !== 1 && channels !== 3) throw new Error(`an image has 1 or 3 channels, not ${channels}`);
    const pixels = new Uint8Array(height * width * channels);
    for (let i = 0; i < pixels.length; i++) {
      pixels[i] = Math.round(Math.min(1, Math.max(0, ((data[i] as number) + 1) / 2)) * 255);
    }
    const path = context.file(keep ? `${name}-${String(context.step).padStart(6, '0')}.png` : `${name}.png`);
    await sharp(pixels, { raw: { width, height, channels } }).png().toFile(path);
    context.image({ name, path, width, height });
  },
});
