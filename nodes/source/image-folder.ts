import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { expectReadable, imageListParams, listNames, loadEntry } from '../_image-list.ts';

export const imageFolder = defineNode({
  type: 'source/image-folder',
  version: 1,
  title: 'Images of a folder',
  description:
    'The images of a list or of a folder, one an item, cut to a square and resized as the original does (Pillow’s ' +
    'bilinear filter), with the latents, the true depth maps and views that belong to them. Depth pictures are light where ' +
    'near: d = maxDepth − value·(maxDepth − minDepth), of 8 or 16 bits. Without a folder of latents, depths or ' +
    'views, those outputs are NaN. All files are checked when the run starts.',
  example: {
    formatVersion: 1,
    nodes: {
      target: { type: 'source/image-folder', params: { images: 'data/car', list: 'data/car/list.txt' } },
      picture: { type: 'sink/image', in: { image: 'target.image' } },
    },
    schedule: [{ pull: 'picture' }],
  },
  params: Type.Object(imageListParams()),
  inputs: {},
  outputs: {
    image: port('image[1,$size,$size,3]'),
    latent: port('latent[1,$latent]'),
    depth: port('depth[1,$size,$size]'),
    view: port('view[1,6]'),
  },
  role: 'source',
  every: 'item',
  async items({ params, context }) {
    const names = await listNames(params, context.resolve);
    await expectReadable(params, names, context.resolve);
    return names.map((name) => name.replace(/\.\w+$/, ''));
  },
  async load({ params, context: { resolve, item } }) {
    const names = await listNames(params, resolve);
    const name = names[item.index];
    if (name === undefined) throw new Error(`the list has ${names.length} images, not number ${item.index}`);
    return { ...(await loadEntry(params, name, resolve)) };
  },
});
