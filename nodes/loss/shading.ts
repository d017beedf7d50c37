import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { shadingError } from '../../runtime/ops/index.ts';
import { constant, example } from '../_example.ts';

export const shadingLoss = defineNode({
  type: 'loss/shading',
  version: 1,
  title: 'Shading that the picture does not have',
  description:
    'Shape from shading: mean of 2·(√(1 + (r/σ)²) − 1), where r is the logarithm of brightness less that of shading, and less ' +
    'its mean over the surface that a pixel belongs to, whose albedo is not known. So what an image shows of folds, nose ' +
    'and cheeks trains their shape, and an eye or a brow, darker than shading can be, counts little.',
  example: example(
    {
      image: { type: 'source/pattern', params: { size: 16 } },
      shading: constant([1, 16, 16], 0.7),
      segments: constant([1, 16, 16, 1], 1),
      loss: {
        type: 'loss/shading',
        in: { image: 'image', shading: 'shading', segments: 'segments' },
      },
    },
    'loss',
  ),
  params: Type.Object({
    noise: Type.Number({
      description:
        'σ: differences of the logarithm from about which on errors count as they are, no longer squared',
      default: 0.1,
      exclusiveMinimum: 0,
    }),
  }),
  inputs: {
    image: port('image[B,S,S,C]'),
    shading: port('float[B,S,S]'),
    segments: port('float[B,S,S,K]', { description: 'Surfaces of one albedo, segmentation/colours' }),
  },
  outputs: { loss: port('loss[]') },
  run: ({ inputs: { image, shading, segments }, params: { noise } }) => ({
    loss: shadingError(image, shading, segments, noise),
  }),
});
