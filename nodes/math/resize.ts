import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { resize } from '../../runtime/ops/index.ts';
import { example } from '../_example.ts';

export const resizeNode = defineNode({
  type: 'math/resize',
  version: 1,
  title: 'Resize',
  description:
    'Images or masks in another size: area means where they shrink, bilinear interpolation (half-pixel centres) where ' +
    'they grow, as the original does.',
  example: example(
    {
      image: { type: 'source/pattern', params: { size: 16 } },
      small: { type: 'math/resize', in: { image: 'image' }, params: { size: 8 } },
    },
    'small',
  ),
  params: Type.Object({
    size: Type.Integer({
      description: 'Side of the result in pixels',
      default: 128,
      minimum: 1,
      maximum: 4096,
    }),
  }),
  inputs: { image: port('float[B,H,W,C]') },
  outputs: { image: port('float[B,$size,$size,C]') },
  run: ({ inputs, params: { size } }) => ({ image: resize(inputs.image, [size, size]) }),
});
