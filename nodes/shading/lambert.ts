import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { diffuseShading, lightingFromVector, shade } from '../../runtime/ops/index.ts';
import { expectOneOrAll } from '../_batch.ts';
import { constant, dome, example } from '../_example.ts';

export const lambert = defineNode({
  type: 'shading/lambert',
  version: 1,
  title: 'Lambert shading',
  description:
    'How bright a matt surface is: shading = k_a + k_d · max(0, n·l), with the ambient strength k_a, the diffuse strength ' +
    'k_d and the direction l of each light (Wu et al. 2020, section 3.3). One shape, or one for every light.',
  example: example(
    {
      ...dome,
      normals: { type: 'shape/normals', in: { depth: 'depth' } },
      light: constant([2, 4]),
      shading: { type: 'shading/lambert', in: { normals: 'normals', light: 'light' } },
    },
    'shading',
  ),
  params: Type.Object({}),
  inputs: { normals: port('normal[_,S,S,3]'), light: port('light[B,4]') },
  outputs: {
    shading: port('float[B,S,S]'),
    diffuse: port('float[B,S,S]', { description: 'max(0, n·l) alone' }),
  },
  run({ inputs }) {
    expectOneOrAll('normals', inputs.normals, inputs.light.shape[0]);
    const lighting = lightingFromVector(inputs.light);
    const diffuse = diffuseShading(inputs.normals, lighting.direction);
    return { shading: shade(diffuse, lighting), diffuse };
  },
});
