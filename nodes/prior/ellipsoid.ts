import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { ELLIPSOID_FITS, ellipsoidDepth } from '../../runtime/ops/index.ts';
import { dome, example } from '../_example.ts';

export const ellipsoid = defineNode({
  type: 'prior/ellipsoid',
  version: 1,
  title: 'Ellipsoid prior',
  description:
    'The shape to begin with: the cap of a sphere between two depths, stretched over the box around the object mask, on ' +
    'a flat background (Pan et al. 2021, section 3.2, step 1, and appendix A). The box is adapted to the category as ' +
    'in the original. Fit the depth network to it with loss/mean-square; a mask without a pixel gives NaN.',
  example: example(dome, 'depth'),
  params: Type.Object({
    category: Type.Union(
      ['none', 'face', 'synface', 'car', 'church', 'cat', 'horse'].map((name) => Type.Literal(name)),
      {
        description:
          'How the box differs from that of the mask: for `face` it reaches the lower edge of the image and is narrower, ' +
          'for `synface` it begins higher, for `car` and `church` it ends lower, else it is that of the mask',
        default: 'none',
      },
    ),
    near: Type.Number({ description: 'Depth of the nearest point', default: 0.91, exclusiveMinimum: 0 }),
    far: Type.Number({
      description: 'Depth of the rim and of the background',
      default: 1.02,
      exclusiveMinimum: 0,
    }),
    radius: Type.Number({ description: 'Radius of the sphere', default: 0.4, exclusiveMinimum: 0 }),
    threshold: Type.Number({
      description: 'Least value of the mask that belongs to the object',
      default: 0.7,
    }),
  }),
  inputs: { mask: port('mask[1,S,S,1]') },
  outputs: { depth: port('depth[1,S,S]') },
  run: ({ inputs, params: { category, ...params } }) => ({
    depth: ellipsoidDepth(inputs.mask, { ...ELLIPSOID_FITS[category], ...params }),
  }),
});
