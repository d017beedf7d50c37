import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { createCamera, discsOf, gridSample, imageGrid, raySlopes } from '../../runtime/ops/index.ts';
import { fov } from '../_camera.ts';
import { constant, dome, example } from '../_example.ts';
import { frameParams } from '../_face-frame.ts';

export const relief = defineNode({
  type: 'prior/relief',
  version: 1,
  title: 'Relief of a mean face',
  description:
    'Lays the relief of a mean face (shape/mean-relief) over a depth map, such as the blown up silhouette of a head, where ' +
    'the features of the face were found (view/features): depth + strength·h·r·(relief − 1), r being the radius of a disc ' +
    'with the area of the head at a depth of 1, and h how high the features are. Only the head itself bears it. Nose, eye ' +
    'sockets and brows come from here; what is special about a face does not.',
  example: example(
    {
      ...dome,
      relief: constant([1, 64, 64], 0.98),
      place: constant([1, 4], 1),
      withRelief: {
        type: 'prior/relief',
        in: { depth: 'depth', mask: 'mask', relief: 'relief', place: 'place' },
      },
    },
    'withRelief',
  ),
  params: Type.Object({
    ...frameParams(),
    strength: Type.Number({ description: 'How much of the relief is laid over', default: 1 }),
    fov: fov(),
  }),
  inputs: {
    depth: port('depth[B,S,S]'),
    mask: port('mask[B,S,S,1]'),
    relief: port('depth[1,$side,$side]', { description: 'In radii, 1 where there is none' }),
    place: port('float[B,4]', { description: 'Where the features are, in radii, and how wide and high' }),
  },
  outputs: { depth: port('depth[B,S,S]') },
  run({ inputs: { depth, mask, relief, place }, params: { strength, fov, ...frame } }) {
    const [batch, size] = depth.shape;
    const discs = discsOf(mask);
    const height = tf.tile(tf.expandDims(tf.sub(relief, 1), 3), [batch, 1, 1, 1]) as tf.Tensor4D;
    const grid = imageGrid(discs, frame, { size, places: place });
    const laid = gridSample(height, grid, { mode: 'bilinear', alignCorners: true });
    const slopes = raySlopes(createCamera({ size, fov }));
    const pixel = ((slopes[1] as number) - (slopes[0] as number)) * strength;
    const high = tf.reshape(tf.slice(place, [0, 3], [-1, 1]), [-1, 1, 1]);
    const unit = tf.mul(tf.mul(discs.radius, pixel), high);
    const onHead = tf.squeeze<tf.Tensor3D>(tf.mul(laid, mask), [3]);
    return { depth: tf.add<tf.Tensor3D>(depth, tf.mul(onHead, unit)) };
  },
});
