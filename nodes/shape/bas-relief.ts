import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, dome, example } from '../_example.ts';

export const basRelief = defineNode({
  type: 'shape/bas-relief',
  version: 1,
  title: 'Depth without the bas-relief ambiguity',
  description:
    'What pictures of a turned and relit shape leave open is how far it is, how it leans and how high its relief is: for any ' +
    'a, b, c and s, a + b·x + c·y + s·d explains them nearly as well as d, with other turns and lights (Belhumeur et al. ' +
    '1999, “The Bas-Relief Ambiguity”). Where no mirrored shape settles these four, they are kept as they are in a base: ' +
    'from d − base the part is taken out that fits a + b·x + c·y + s·base best, by least squares over the pixels of a mask.',
  example: example(
    {
      ...dome,
      raw: constant([1, 16, 16, 1]),
      flat: { type: 'shape/depth', in: { raw: 'raw' } },
      settled: { type: 'shape/bas-relief', in: { depth: 'flat', base: 'depth', mask: 'mask' } },
    },
    'settled',
  ),
  params: Type.Object({
    scale: Type.Boolean({ description: 'Whether the height s is kept too', default: true }),
  }),
  inputs: {
    depth: port('depth[B,S,S]'),
    base: port('depth[B,S,S]', { description: 'What is as far, leans and is as high as it should be' }),
    mask: port('mask[B,S,S,1]', { description: 'Where both are compared' }),
  },
  outputs: { depth: port('depth[B,S,S]') },
  run({ inputs: { depth, base, mask }, params }) {
    const size = depth.shape[1];
    const weight = tf.squeeze<tf.Tensor3D>(mask, [3]);
    const steps = tf.linspace(-1, 1, size);
    const [x, y] = [tf.reshape(steps, [1, 1, size]), tf.reshape(steps, [1, size, 1])];
    const open = [tf.onesLike(base), x, y, ...(params.scale ? [base] : [])];
    const axes: tf.Tensor3D[] = [];
    const without = (map: tf.Tensor3D) =>
      axes.reduce((rest, axis) => tf.sub(rest, tf.mul(axis, share(rest, axis, weight))), map);
    for (const map of open) axes.push(without(tf.mul<tf.Tensor3D>(tf.onesLike(base), map)));
    return { depth: tf.add<tf.Tensor3D>(base, without(tf.sub(depth, base))) };
  },
});

/** Σ w·map·axis / Σ w·axis², per image, [B,1,1]; 0 where the mask leaves nothing of the axis. */
function share(map: tf.Tensor3D, axis: tf.Tensor3D, weight: tf.Tensor3D): tf.Tensor3D {
  const weighted = tf.mul(weight, axis);
  const sum = (terms: tf.Tensor) => tf.sum(terms, [1, 2], true);
  return tf.div<tf.Tensor3D>(sum(tf.mul(weighted, map)), tf.add(sum(tf.mul(weighted, axis)), 1e-9));
}
