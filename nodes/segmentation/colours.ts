import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { colourSegments } from '../../runtime/ops/index.ts';
import { example } from '../_example.ts';

export const colours = defineNode({
  type: 'segmentation/colours',
  version: 1,
  title: 'Surfaces of one colour',
  description:
    'Divides an object into surfaces of about one colour, such as skin and hair: k-means over the shares of the channels ' +
    'and, an eighth as much, the brightness. Of such a surface, light alone tells how bright it is where ' +
    '(light/of-shading, loss/shading).',
  example: example(
    {
      image: { type: 'source/pattern', params: { size: 16 } },
      mask: { type: 'source/box', params: { size: 16 } },
      surfaces: { type: 'segmentation/colours', in: { image: 'image', mask: 'mask' } },
      mean: { type: 'math/mean', in: { x: 'surfaces' } },
    },
    'mean',
  ),
  params: Type.Object({
    count: Type.Integer({ description: 'Number of surfaces', default: 2, minimum: 1 }),
    border: Type.Integer({
      description: 'Pixels along the border of the object that belong to none: they show the backdrop too',
      default: 1,
      minimum: 0,
    }),
  }),
  inputs: { image: port('image[B,H,W,C]'), mask: port('mask[B,H,W,1]') },
  outputs: {
    segments: port('float[B,H,W,$count]', { description: '1 for the surface of a pixel and else 0' }),
  },
  run: ({ inputs: { image, mask }, params }) => ({ segments: colourSegments(image, mask, params) }),
});
