import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { relight } from '../../nodes/_relight.ts';
export const r = defineNode({ type: 'golden/relight', version: 1, title: 'R', description: 'R.', params: Type.Object({}), inputs: { light: port('light[1,4]'), x: port('float[B,1]'), y: port('float[B,1]'), d: port('float[B,1]') }, outputs: { light: port('light[B,4]') },
  run: ({ inputs }) => ({ light: relight(inputs.light, { slopes: tf.concat([inputs.x, inputs.y], 1), strength: inputs.d, ambientShare: -0.6 }) }) });
