import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { createCamera, normalsFromDepth } from '../../runtime/ops/index.ts';
import { fov } from '../_camera.ts';
import { dome, example } from '../_example.ts';

export const normals = defineNode({
  type: 'shape/normals',
  version: 1,
  title: 'Normals',
  description:
    'Surface normals of a depth map: n = t_u × t_v, normalised, with the central differences of the back-projected ' +
    'points along a row and along a column (Wu et al. 2020, section 3.3). A surface that faces the camera has ' +
    '(0, 0, 1), and so has the border.',
  example: example({ ...dome, normals: { type: 'shape/normals', in: { depth: 'depth' } } }, 'normals'),
  params: Type.Object({ fov: fov() }),
  inputs: { depth: port('depth[B,S,S]') },
  outputs: { normals: port('normal[B,S,S,3]') },
  run({ inputs: { depth }, params }) {
    return { normals: normalsFromDepth(depth, createCamera({ size: depth.shape[1], fov: params.fov })) };
  },
});
