import { Type } from 'typebox';
import { defineNode, port } from '../../../../runtime/node.ts';

const numbers = (description: string) => Type.Array(Type.Number(), { description });

export const target = defineNode({
  type: 'golden/target',
  version: 1,
  title: 'Stored image',
  description:
    'An image with its latent and true depth from stored numbers, with the outputs of source/image-folder.',
  params: Type.Object({
    size: Type.Integer({ description: 'Side of the image', minimum: 1 }),
    width: Type.Integer({ description: 'Length of the latent', minimum: 1 }),
    image: numbers('[1,size,size,3]'),
    latent: numbers('[1,width]'),
    depth: numbers('[1,size,size]'),
  }),
  inputs: {},
  outputs: {
    image: port('image[1,$size,$size,3]'),
    latent: port('latent[1,$width]'),
    depth: port('depth[1,$size,$size]'),
  },
  role: 'source',
  every: 'item',
  load: ({ params: { size, width, image, latent, depth } }) => ({
    image: { shape: [1, size, size, 3], data: Float32Array.from(image) },
    latent: { shape: [1, width], data: Float32Array.from(latent) },
    depth: { shape: [1, size, size], data: Float32Array.from(depth) },
  }),
});
