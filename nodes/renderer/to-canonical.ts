import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { createCamera, warpedGrid } from '../../runtime/ops/index.ts';
import { expectOneOrAll } from '../_batch.ts';
import { fov, rotationCentre } from '../_camera.ts';
import { constant, dome, example } from '../_example.ts';

export const toCanonical = defineNode({
  type: 'renderer/to-canonical',
  version: 1,
  title: 'Grid to the canonical frame',
  description:
    'Where each pixel of the canonical depth map appears in the view: sampling an image of the view (such as its object ' +
    'mask) with this grid carries it to the canonical frame.',
  example: example(
    {
      ...dome,
      view: constant([1, 6], 0.05),
      grid: { type: 'renderer/to-canonical', in: { depth: 'depth', view: 'view' } },
    },
    'grid',
  ),
  params: Type.Object({ fov: fov(), rotationCentre: rotationCentre() }),
  inputs: { depth: port('depth[_,S,S]'), view: port('view[B,6]') },
  outputs: { grid: port('grid[B,S,S,2]') },
  run({ inputs: { depth, view }, params: { fov, rotationCentre } }) {
    expectOneOrAll('depth', depth, view.shape[0]);
    const camera = createCamera({ size: depth.shape[1], fov });
    return { grid: warpedGrid(depth, view, { camera, rotationCentre }) };
  },
});
