import { Type } from 'typebox';
import { toFrames, writePng } from '../../runtime/formats/image-write.ts';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';
import { fileNameParams, fileStem } from '../_file-name.ts';

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
  params: Type.Object(fileNameParams('image')),
  inputs: { image: port('image[B,H,W,C]') },
  outputs: {},
  role: 'sink',
  async write({ inputs, params, context }) {
    const { data, shape } = inputs.image;
    const [, height = 0, width = 0, channels = 0] = shape;
    const first = toFrames({
      shape: [height, width, channels],
      data: data.subarray(0, height * width * channels),
    });
    const path = context.file(`${fileStem(params, context.step)}.png`);
    await writePng(path, first);
    context.image({ name: params.name, path, width, height });
  },
});
