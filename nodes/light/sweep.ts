import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';
import { relight } from '../_relight.ts';

const values = (description: string, fallback: number[]) =>
  Type.Array(Type.Number(), { description, default: fallback, minItems: 1 });

export const lightSweep = defineNode({
  type: 'light/sweep',
  version: 1,
  title: 'Light sweep',
  description:
    'Lights for a sequence of relit pictures: for every added diffuse strength r, every dy and every dx, the given light ' +
    'with direction (dx, dy, 1), its diffuse strength raised by r and its ambient strength changed by α·r.',
  example: example(
    { light: constant([1, 4]), sweep: { type: 'light/sweep', in: { light: 'light' } } },
    'sweep',
  ),
  params: Type.Object({
    x: values('Values of dx, the fastest to change', [-1.5, -0.7, 0, 0.7, 1.5]),
    y: values('Values of dy', [0, 0.6]),
    diffuse: values('Values of r, the slowest to change', [0.3, 0.6]),
    ambientShare: Type.Number({ description: 'α', default: -0.6 }),
  }),
  inputs: { light: port('light[1,4]') },
  outputs: { light: port('light[N,4]') },
  run({ inputs, params: { x, y, diffuse, ambientShare } }) {
    const all = diffuse.flatMap((r) => y.flatMap((dy) => x.map((dx) => ({ dx, dy, r }))));
    const slopes = tf.tensor2d(all.map(({ dx, dy }) => [dx, dy]));
    const strength = tf.tensor2d(all.map(({ r }) => [r]));
    return { light: relight(inputs.light, { slopes, strength, ambientShare }) };
  },
});
