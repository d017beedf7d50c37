import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { createCamera, inverseWarpedGrid, visibleMask, warpDepth } from '../../runtime/ops/index.ts';
import { expectOneOrAll } from '../_batch.ts';
import { warpParams } from '../_camera.ts';
import { constant, dome, example } from '../_example.ts';

export const warp = defineNode({
  type: 'renderer/warp',
  version: 1,
  title: 'Warp to a view',
  description:
    'What each view sees of a canonical depth map: the depth from there, drawn with a z-buffer (Kato et al. 2018) and ' +
    'clipped to half the depth range beyond both ends; the sampling grid that carries the canonical texture there; and ' +
    'the mask of the pixels that show the object (Wu et al. 2020, section 3.3). One shape, or one for every view.',
  example: example(
    {
      ...dome,
      view: constant([2, 6], 0.05),
      warp: { type: 'renderer/warp', in: { depth: 'depth', view: 'view' } },
    },
    'warp',
  ),
  params: Type.Object(warpParams()),
  inputs: { depth: port('depth[_,S,S]'), view: port('view[B,6]') },
  outputs: {
    depth: port('depth[B,S,S]'),
    grid: port('grid[B,S,S,2]'),
    mask: port('mask[B,S,S,1]', { description: '1 where the view shows the object; has no gradient' }),
  },
  run({ inputs, params: { fov, ...params } }) {
    expectOneOrAll('depth', inputs.depth, inputs.view.shape[0]);
    const options = { ...params, camera: createCamera({ size: inputs.depth.shape[1], fov }) };
    const depth = warpDepth(inputs.depth, inputs.view, options);
    const grid = inverseWarpedGrid(depth, inputs.view, options);
    return { depth, grid, mask: tf.expandDims(visibleMask(depth, params), 3) };
  },
});
