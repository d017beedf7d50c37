import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { createCamera, depthToPoints } from '../../runtime/ops/index.ts';
import { fov } from '../_camera.ts';
import { dome, example } from '../_example.ts';

export const points = defineNode({
  type: 'shape/points',
  version: 1,
  title: 'Points',
  description:
    'The surface of a depth map in space: d·K⁻¹·(u, v, 1) for every pixel, x to the right, y down, z away from the camera.',
  example: example({ ...dome, points: { type: 'shape/points', in: { depth: 'depth' } } }, 'points'),
  params: Type.Object({ fov: fov() }),
  inputs: { depth: port('depth[B,S,S]') },
  outputs: { points: port('float[B,S,S,3]') },
  run({ inputs: { depth }, params }) {
    return { points: depthToPoints(depth, createCamera({ size: depth.shape[1], fov: params.fov })) };
  },
});
