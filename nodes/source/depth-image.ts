import { Type } from 'typebox';
import { readImage } from '../../runtime/formats/image.ts';
import { defineNode, port } from '../../runtime/node.ts';
import { depthRange } from '../_camera.ts';

export const depthImage = defineNode({
  type: 'source/depth-image',
  version: 1,
  title: 'Depth map of a file',
  description:
    'One depth map for all items, from a grey picture as sink/depth writes it: d = maxDepth − value·(maxDepth − ' +
    'minDepth), near is light.',
  example: {
    formatVersion: 1,
    nodes: {
      guess: { type: 'source/depth-image', params: { file: 'models/faces/average-depth.png', size: 64 } },
      map: { type: 'sink/depth', in: { depth: 'guess' } },
    },
    schedule: [{ pull: 'map' }],
  },
  params: Type.Object({
    file: Type.String({ description: 'The picture: grey, of 16 bits where depth matters', default: '' }),
    size: Type.Integer({ description: 'Its side in pixels', default: 128, minimum: 2, maximum: 4096 }),
    ...depthRange(),
  }),
  inputs: {},
  outputs: { depth: port('depth[1,$size,$size]') },
  role: 'source',
  every: 'item',
  async load({ params: { file, size, minDepth, maxDepth }, context: { resolve } }) {
    if (file === '') throw new Error('the parameter "file" names no picture');
    const { width, height, white, data } = await readImage(resolve(file), { colour: 'grey' });
    if (width !== size || height !== size) {
      throw new Error(`${file}: it has ${width}×${height} pixels, expected ${size}×${size}`);
    }
    const depth = Float32Array.from(data, (value) => maxDepth - (value / white) * (maxDepth - minDepth));
    return { depth: { shape: [1, size, size], data: depth } };
  },
});
