import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { turntable } from '../../runtime/ops/index.ts';
import { example } from '../_example.ts';

export const turntableView = defineNode({
  type: 'view/turntable',
  version: 1,
  title: 'Turntable',
  description:
    'Views that turn by evenly spaced angles: first from −yaw to +yaw, then from −pitch to +pitch, as the original shows ' +
    'its results. Where the original views cars, churches and horses it turns by 45° only.',
  example: example({ turn: { type: 'view/turntable', params: { yawViews: 3, pitchViews: 2 } } }, 'turn'),
  params: Type.Object({
    yaw: Type.Number({ description: 'Greatest yaw in degrees', default: 70, minimum: 0, maximum: 180 }),
    yawViews: Type.Integer({ description: 'Number of yaws', default: 9, minimum: 1 }),
    pitch: Type.Number({ description: 'Greatest pitch in degrees', default: 20, minimum: 0, maximum: 90 }),
    pitchViews: Type.Integer({ description: 'Number of pitches', default: 5, minimum: 1 }),
  }),
  inputs: {},
  outputs: { view: port('view[$yawViews+$pitchViews,6]') },
  run: ({ params: { yaw, yawViews, pitch, pitchViews } }) => ({
    view: tf.concat([
      turntable({ axis: 'yaw', degrees: yaw, count: yawViews }),
      turntable({ axis: 'pitch', degrees: pitch, count: pitchViews }),
    ]),
  }),
});
