import { Type } from 'typebox';
import { toFrames, writePng } from '../../runtime/formats/image-write.ts';
import { defineNode, port } from '../../runtime/node.ts';
import { dome } from '../_example.ts';
import { fileNameParams, fileStem } from '../_file-name.ts';

export const normalsSink = defineNode({
  type: 'sink/normals',
  version: 1,
  title: 'Normal map',
  description:
    'Writes the first normals of a batch as a PNG file: x, y and z in [−1, 1] become red, green and blue.',
  example: {
    formatVersion: 1,
    nodes: {
      ...dome,
      normals: { type: 'shape/normals', in: { depth: 'depth' } },
      map: { type: 'sink/normals', in: { normals: 'normals' } },
    },
    schedule: [{ pull: 'map' }],
  },
  params: Type.Object(fileNameParams('normals')),
  inputs: { normals: port('normal[B,S,S,3]') },
  outputs: {},
  role: 'sink',
  async write({ inputs: { normals }, params, context }) {
    const [, height = 0, width = 0] = normals.shape;
    const data = normals.data.subarray(0, height * width * 3);
    const path = context.file(`${fileStem(params, context.step)}.png`);
    await writePng(path, toFrames({ shape: [height, width, 3], data }));
    context.image({ name: params.name, path, width, height });
  },
});
