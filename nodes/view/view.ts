import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { scaleView } from '../../runtime/ops/index.ts';
import { constant, example } from '../_example.ts';

export const view = defineNode({
  type: 'view/view',
  version: 1,
  title: 'View',
  description:
    'Views from what the view network gives, or from draws of the view prior: (raw + mean) scaled to rotations about x, ' +
    'y and z in radians and translations along them in scene units (Pan et al. 2021, section 3.1 and appendix A).',
  example: example({ raw: constant([2, 6], 0.1), view: { type: 'view/view', in: { raw: 'raw' } } }, 'view'),
  params: Type.Object({
    rotation: Type.Number({
      description: 'Degrees that a raw 1 turns',
      default: 60,
      minimum: 0,
      maximum: 180,
    }),
    translation: Type.Number({
      description: 'Scene units that a raw 1 shifts along x and y',
      default: 0.1,
      minimum: 0,
    }),
    depthTranslation: Type.Number({
      description: 'Scene units that a raw 1 shifts along z',
      default: 0,
      minimum: 0,
    }),
  }),
  inputs: {
    raw: port('float[B,6]', { description: 'About in [−1, 1]' }),
    mean: port('float[6]', { optional: true, description: 'Mean of the view prior, added to raw' }),
  },
  outputs: { view: port('view[B,6]') },
  run({ inputs: { raw, mean }, params }) {
    return {
      view: scaleView(mean ? tf.add(raw, mean) : raw, {
        rotation: params.rotation,
        translationXY: params.translation,
        translationZ: params.depthTranslation,
      }),
    };
  },
});
