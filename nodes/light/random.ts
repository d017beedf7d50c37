import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';
import { relight } from '../_relight.ts';

const range = (description: string, lower: number, upper: number) =>
  Type.Tuple([Type.Number(), Type.Number()], { description, default: [lower, upper] });

export const randomLight = defineNode({
  type: 'light/random',
  version: 1,
  title: 'Random lights',
  description:
    'Lights around a given one: directions (dx, dy, 1) and an added diffuse strength r, all uniform, the ambient ' +
    'strength changed by α·r (Pan et al. 2021, section 3.2, step 2). These numbers are `rand_light` of the original.',
  example: example(
    {
      light: constant([1, 4]),
      random: { type: 'light/random', in: { light: 'light' }, params: { count: 4 } },
    },
    'random',
  ),
  params: Type.Object({
    count: Type.Integer({ description: 'Number of lights', default: 8, minimum: 1 }),
    x: range('Range of dx', -1, 1),
    y: range('Range of dy', -0.2, 0.8),
    diffuse: range('Range of r', -0.1, 0.6),
    ambientShare: Type.Number({ description: 'α', default: -0.6 }),
  }),
  inputs: { light: port('light[1,4]') },
  outputs: { light: port('light[$count,4]') },
  run({ inputs, params: { count, x, y, diffuse, ambientShare }, context: { random } }) {
    const draw = ([min, max]: [number, number]) => random.uniform([count, 1], { min, max });
    const slopes = tf.concat([draw(x), draw(y)], 1);
    return { light: relight(inputs.light, { slopes, strength: draw(diffuse), ambientShare }) };
  },
});
