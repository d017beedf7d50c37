import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { applyShading } from '../../runtime/ops/index.ts';
import { expectOneOrAll } from '../_batch.ts';
import { constant, example } from '../_example.ts';

export const texture = defineNode({
  type: 'shading/texture',
  version: 1,
  title: 'Texture',
  description:
    'The shaded surface in image units: texture = 2 · (albedo/2 + ½) · shading − 1, not clipped (Wu et al. 2020, equation 4). One albedo, or one for every shading.',
  example: example(
    {
      albedo: { type: 'source/pattern', params: { size: 16 } },
      shading: constant([2, 16, 16], 0.7),
      texture: { type: 'shading/texture', in: { albedo: 'albedo', shading: 'shading' } },
    },
    'texture',
  ),
  params: Type.Object({}),
  inputs: { albedo: port('image[_,S,S,3]'), shading: port('float[B,S,S]') },
  outputs: { texture: port('image[B,S,S,3]') },
  run({ inputs: { albedo, shading } }) {
    expectOneOrAll('albedo', albedo, shading.shape[0]);
    return { texture: applyShading(albedo, shading) };
  },
});
