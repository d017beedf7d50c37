import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { cropCentre } from '../../runtime/ops/index.ts';
import { example } from '../_example.ts';

export const crop = defineNode({
  type: 'math/crop',
  version: 1,
  title: 'Crop',
  description: 'The square middle of images or masks.',
  example: example(
    {
      image: { type: 'source/pattern', params: { size: 16 } },
      middle: { type: 'math/crop', in: { image: 'image' }, params: { size: 12 } },
    },
    'middle',
  ),
  params: Type.Object({
    size: Type.Integer({
      description: 'Side of the result in pixels',
      default: 170,
      minimum: 1,
      maximum: 4096,
    }),
  }),
  inputs: { image: port('float[B,H,W,C]') },
  outputs: { image: port('float[B,$size,$size,C]') },
  run: ({ inputs, params }) => ({ image: cropCentre(inputs.image, params.size) }),
});
