import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, initial, port } from '../../runtime/node.ts';
import { fov } from '../_camera.ts';
import { constant, example } from '../_example.ts';

export const offset = defineNode({
  type: 'shape/offset',
  version: 1,
  title: 'Depth to be found',
  description:
    'A depth map that an optimizer trains, pixel by pixel, from a first guess on: depth = base + offset. The offset, its ' +
    'weights, is told in pixels, the distance of two neighbours at a depth of 1, so that an offset whose neighbours differ by ' +
    'one is a slope of 45°.',
  example: example(
    {
      base: constant([1, 8, 8], 1),
      wanted: constant([1, 8, 8], 0.98),
      found: { type: 'shape/offset', in: { base: 'base' }, params: { size: 8 } },
      loss: { type: 'loss/mean-square', in: { a: 'found.depth', b: 'wanted' } },
      train: { type: 'optimizer/adam', in: { loss: 'loss' }, params: { train: ['found'] } },
    },
    'train',
  ),
  params: Type.Object({
    fov: fov(),
    size: Type.Integer({ description: 'S, the side of the map', default: 64, minimum: 2 }),
  }),
  inputs: { base: port('depth[1,$size,$size]', { description: 'Where it begins' }) },
  outputs: {
    depth: port('depth[1,$size,$size]'),
    offset: port('float[1,$size,$size]', { description: 'In pixels' }),
  },
  role: 'network',
  usableUntrained: true,
  run({ inputs: { base }, params: { fov, size }, context }) {
    const found = context.weights.get('offset', { shape: [1, size, size], init: initial.zeros });
    const pixel = (2 * Math.tan((fov * Math.PI) / 360)) / (size - 1);
    return { depth: tf.add(base, tf.mul(found, pixel)), offset: found };
  },
});
