import { Type } from 'typebox';
import { tileFrames, toFrames, writePng } from '../../runtime/formats/image-write.ts';
import { defineNode, port } from '../../runtime/node.ts';
import { fileNameParams, fileStem } from '../_file-name.ts';

export const strip = defineNode({
  type: 'sink/strip',
  version: 1,
  title: 'Strip of images',
  description: 'Writes all images of a batch as one PNG picture, side by side in rows.',
  example: {
    formatVersion: 1,
    nodes: {
      image: { type: 'source/pattern', params: { size: 16 } },
      both: { type: 'math/mirror', in: { x: 'image' }, params: { copies: 2 } },
      strip: { type: 'sink/strip', in: { images: 'both' } },
    },
    schedule: [{ pull: 'strip' }],
  },
  params: Type.Object({
    ...fileNameParams('strip'),
    columns: Type.Integer({ description: 'Images in a row; 0 for all in one', default: 0, minimum: 0 }),
    gap: Type.Integer({ description: 'White pixels between images', default: 2, minimum: 0, maximum: 100 }),
  }),
  inputs: { images: port('image[B,H,W,C]') },
  outputs: {},
  role: 'sink',
  async write({ inputs: { images }, params, context }) {
    const frames = toFrames(images);
    const tiled = tileFrames(frames, { columns: params.columns || frames.count, gap: params.gap });
    const path = context.file(`${fileStem(params, context.step)}.png`);
    await writePng(path, tiled);
    context.image({ name: params.name, path, width: tiled.width, height: tiled.height });
  },
});
