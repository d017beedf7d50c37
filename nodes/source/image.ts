import { Type } from 'typebox';
import { rasterToTensor, readImage } from '../../runtime/formats/image.ts';
import { defineNode, port } from '../../runtime/node.ts';

export const imageSource = defineNode({
  type: 'source/image',
  version: 1,
  title: 'Image of a file',
  description:
    'One picture for all items, such as the template of view/features: a square of the given size, grey or coloured, as ' +
    'sink/image writes it. For the pictures that a graph is about see source/image-files and source/image-folder.',
  example: {
    formatVersion: 1,
    nodes: {
      template: {
        type: 'source/image',
        params: { file: 'models/faces/template.png', size: 64, channels: 1 },
      },
      picture: { type: 'sink/image', in: { image: 'template' } },
    },
    schedule: [{ pull: 'picture' }],
  },
  params: Type.Object({
    file: Type.String({ description: 'The picture', default: '' }),
    size: Type.Integer({ description: 'Its side in pixels', default: 128, minimum: 2, maximum: 4096 }),
    channels: Type.Integer({
      description: '1 reads it as grey, 3 as coloured',
      default: 3,
      minimum: 1,
      maximum: 3,
    }),
  }),
  inputs: {},
  outputs: { image: port('image[1,$size,$size,$channels]') },
  role: 'source',
  every: 'item',
  async load({ params: { file, size, channels }, context: { resolve } }) {
    if (channels === 2) throw new Error('the parameter "channels" is 2, expected 1 or 3');
    if (file === '') throw new Error('the parameter "file" names no picture');
    const raster = await readImage(resolve(file), { colour: channels === 1 ? 'grey' : 'rgb' });
    const { width, height } = raster;
    if (width !== size || height !== size) {
      throw new Error(`${file}: it has ${width}×${height} pixels, expected ${size}×${size}`);
    }
    return { image: { shape: [1, size, size, channels], data: rasterToTensor(raster).data } };
  },
});
