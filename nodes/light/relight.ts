import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';
import { relight } from '../_relight.ts';

export const relightNode = defineNode({
  type: 'light/relight',
  version: 1,
  title: 'Changed lights',
  description:
    'Lights around a given one, as in light/random, with the changes as an input: rows (dx, dy, r) of a direction ' +
    '(dx, dy, 1) and an added diffuse strength r; the ambient strength changes by α·r.',
  example: example(
    {
      light: constant([1, 4]),
      changes: constant([2, 3], 0.3),
      lights: { type: 'light/relight', in: { light: 'light', changes: 'changes' } },
    },
    'lights',
  ),
  params: Type.Object({ ambientShare: Type.Number({ description: 'α', default: -0.6 }) }),
  inputs: { light: port('light[1,4]'), changes: port('float[N,3]') },
  outputs: { light: port('light[N,4]') },
  run({ inputs: { light, changes }, params: { ambientShare } }) {
    const [slopes, strength] = tf.split(changes, [2, 1], 1) as [tf.Tensor, tf.Tensor];
    return { light: relight(light, { slopes, strength, ambientShare }) };
  },
});
