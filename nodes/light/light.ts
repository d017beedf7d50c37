import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export const light = defineNode({
  type: 'light/light',
  version: 1,
  title: 'Light',
  description:
    'Lights from what the light network gives: raw + mean, that is (a, b, dx, dy) with ambient strength a/2 + ½, ' +
    'diffuse strength b/2 + ½ and direction (dx, dy, 1) (Pan et al. 2021, section 3.1; Wu et al. 2020).',
  example: example(
    { raw: constant([1, 4], 0.2), light: { type: 'light/light', in: { raw: 'raw' } } },
    'light',
  ),
  params: Type.Object({}),
  inputs: {
    raw: port('float[B,4]', { description: 'About in [−1, 1]' }),
    mean: port('float[4]', { optional: true, description: 'Mean of the light prior, added to raw' }),
  },
  outputs: { light: port('light[B,4]') },
  run: ({ inputs: { raw, mean } }) => ({ light: mean ? tf.add(raw, mean) : tf.clone(raw) }),
});
