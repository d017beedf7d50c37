import { Type } from 'typebox';
import { toFrames, writePng, writePng16 } from '../../runtime/formats/image-write.ts';
import { defineNode, port } from '../../runtime/node.ts';
import { depthRange } from '../_camera.ts';
import { dome } from '../_example.ts';
import { fileNameParams, fileStem } from '../_file-name.ts';

export const depthSink = defineNode({
  type: 'sink/depth',
  version: 1,
  title: 'Depth map',
  description:
    'Writes the first depth map of a batch as a grey PNG file of 16 bits, NAME-16bit.png, that source/image-folder reads ' +
    'back: value = (maxDepth − d) / (maxDepth − minDepth), near is light; and as one of 8 bits for people.',
  example: {
    formatVersion: 1,
    nodes: { ...dome, map: { type: 'sink/depth', in: { depth: 'depth' } } },
    schedule: [{ pull: 'map' }],
  },
  params: Type.Object({ ...fileNameParams('depth'), ...depthRange() }),
  inputs: { depth: port('depth[B,S,S]') },
  outputs: {},
  role: 'sink',
  async write({ inputs: { depth }, params, context }) {
    const [, height = 0, width = 0] = depth.shape;
    const data = depth.data.subarray(0, height * width);
    const range = { black: params.maxDepth, white: params.minDepth };
    const stem = fileStem(params, context.step);
    await writePng16(context.file(`${stem}-16bit.png`), { shape: [height, width], data }, range);
    const path = context.file(`${stem}.png`);
    await writePng(path, toFrames({ shape: [height, width, 1], data }, range));
    context.image({ name: params.name, path, width, height });
  },
});
