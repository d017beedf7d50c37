import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { createCamera, renderMesh } from '../../runtime/ops/index.ts';
import { expectOneOrAll } from '../_batch.ts';
import { warpParams } from '../_camera.ts';
import { dome, example } from '../_example.ts';

export const render = defineNode({
  type: 'renderer/render',
  version: 1,
  title: 'Render for people',
  description:
    'Draws the textured mesh of a canonical depth map from the given views on white: sharper at outlines than sampling ' +
    'by a warped grid, and without a gradient. One shape and texture, or one for every view.',
  example: example(
    {
      ...dome,
      image: { type: 'source/pattern', params: { size: 16 } },
      turn: { type: 'view/turntable', params: { yawViews: 2, pitchViews: 1 } },
      frames: { type: 'renderer/render', in: { image: 'image', depth: 'depth', view: 'turn' } },
    },
    'frames',
  ),
  params: Type.Object(warpParams()),
  inputs: {
    image: port('image[_,S,S,3]'),
    depth: port('depth[_,S,S]'),
    view: port('view[B,6]'),
    from: port('view[1,6]', { optional: true, description: 'A view to undo before' }),
  },
  outputs: { image: port('image[B,S,S,3]') },
  run({ inputs: { image, depth, view, from }, params: { fov, ...params } }) {
    const batch = view.shape[0];
    expectOneOrAll('image', image, batch);
    expectOneOrAll('depth', depth, batch);
    const camera = createCamera({ size: depth.shape[1], fov });
    const shape = depth.shape[0] === batch ? depth : tf.tile(depth, [batch, 1, 1]);
    return { image: renderMesh(image, shape, view, { ...params, camera, ...(from && { from }) }) };
  },
});
