import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { lightOfShading } from '../../runtime/ops/index.ts';
import { constant, dome, example } from '../_example.ts';

const four = (description: string, fallback: [number, number, number, number]) =>
  Type.Tuple([Type.Number(), Type.Number(), Type.Number(), Type.Number()], {
    description,
    default: fallback,
  });

export const lightOfShadingNode = defineNode({
  type: 'light/of-shading',
  version: 1,
  title: 'Light that explains the shading',
  description:
    'The light of a picture whose shape is known roughly: log(brightness) = log(albedo) + log(k_a + k_d·max(0, n·l)), fitted ' +
    'robustly over surfaces that have one albedo each. A shape that is right in the large, such as a blown-up silhouette, ' +
    'tells where light comes from; what it gets wrong in the small is then for shading to tell (loss/shading).',
  example: example(
    {
      ...dome,
      normals: { type: 'shape/normals', in: { depth: 'depth' } },
      image: { type: 'source/pattern', params: { size: 16 } },
      segments: constant([1, 16, 16, 1], 1),
      light: {
        type: 'light/of-shading',
        in: { image: 'image', normals: 'normals', segments: 'segments' },
      },
    },
    'light',
  ),
  params: Type.Object({
    mean: four('Light that is expected, (a, b, dx, dy) as in light/light', [0, 0, 0, 0.3]),
    deviation: four(
      'How far lights deviate from that; the slopes of light/random, step 2’s, have about these',
      [0.2, 0.2, 0.6, 0.3],
    ),
    noise: Type.Number({
      description:
        'Differences of the logarithm of brightness that no light explains; larger ones count less',
      default: 0.1,
      exclusiveMinimum: 0,
    }),
    pixels: Type.Number({
      description:
        'What the picture counts beside the expectation: as many pixels whose differences are independent',
      default: 100,
      exclusiveMinimum: 0,
    }),
  }),
  inputs: {
    image: port('image[B,S,S,C]'),
    normals: port('normal[B,S,S,3]'),
    segments: port('float[B,S,S,K]', { description: 'Surfaces of one albedo, segmentation/colours' }),
  },
  outputs: { light: port('light[B,4]') },
  run: ({ inputs: { image, normals, segments }, params }) => ({
    light: lightOfShading(image, normals, segments, params),
  }),
});
