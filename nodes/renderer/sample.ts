import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { gridSample } from '../../runtime/ops/index.ts';
import { expectOneOrAll } from '../_batch.ts';
import { constant, dome, example } from '../_example.ts';

export const sample = defineNode({
  type: 'renderer/sample',
  version: 1,
  title: 'Sample by a grid',
  description:
    'An image, mask or map at the positions of a grid (PyTorch’s grid_sample): zero outside of it, and clipped to ' +
    '[−1, 1] unless told otherwise. One image, or one for every grid.',
  example: example(
    {
      ...dome,
      image: { type: 'source/pattern', params: { size: 16 } },
      view: constant([2, 6], 0.05),
      warp: { type: 'renderer/warp', in: { depth: 'depth', view: 'view' } },
      seen: { type: 'renderer/sample', in: { image: 'image', grid: 'warp.grid' } },
    },
    'seen',
  ),
  params: Type.Object({
    mode: Type.Union([Type.Literal('bilinear'), Type.Literal('nearest')], {
      description: 'Between pixels: `bilinear` blends, `nearest` takes one and has no gradient by the grid',
      default: 'bilinear',
    }),
    alignCorners: Type.Boolean({
      description:
        'Whether ±1 are the centres of the outermost pixels (PyTorch until 1.2, which the original ran on) or their ' +
        'outer edges (the default of PyTorch since 1.3)',
      default: true,
    }),
    clip: Type.Boolean({ description: 'Whether the result is clipped to [−1, 1]', default: true }),
  }),
  inputs: { image: port('float[_,H,W,C]'), grid: port('grid[B,T,S,2]') },
  outputs: { image: port('float[B,T,S,C]') },
  run({ inputs: { image, grid }, params: { clip, ...options } }) {
    const batch = grid.shape[0];
    expectOneOrAll('image', image, batch);
    const images = image.shape[0] === batch ? image : tf.tile(image, [batch, 1, 1, 1]);
    const sampled = gridSample(images, grid, options);
    return { image: clip ? tf.clipByValue(sampled, -1, 1) : sampled };
  },
});
