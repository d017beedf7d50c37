import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import {
  createCamera,
  evaluationMask,
  maskedMean,
  normalsFromDepth,
  scaleInvariantError,
} from '../../runtime/ops/index.ts';
import { fov } from '../_camera.ts';
import { constant, dome, example } from '../_example.ts';

export const depthLoss = defineNode({
  type: 'loss/depth',
  version: 1,
  title: 'Supervised depth loss',
  description:
    'What a network is told that learns from true depth, over the pixels that are no background in the truth: SIDE, the ' +
    'standard deviation of log d − log d* (Eigen et al. 2014, equation 1), and w times how far normals differ, ' +
    'mean(½·|n − n*|²), one minus the cosine between them. The distance to the camera stays free, as in the metrics. A ' +
    'truth without a face, and an empty mask, give NaN.',
  example: example(
    {
      ...dome,
      raw: constant([1, 16, 16, 1]),
      flat: { type: 'shape/depth', in: { raw: 'raw' } },
      loss: { type: 'loss/depth', in: { depth: 'flat', truth: 'depth' } },
    },
    'loss',
  ),
  params: Type.Object({
    fov: fov(),
    normals: Type.Number({ description: 'w: weight of the normals', default: 0.1, minimum: 0 }),
  }),
  inputs: {
    depth: port('depth[B,S,S]'),
    truth: port('depth[B,S,S]'),
    mask: port('mask[B,S,S,1]', {
      optional: true,
      description: 'Where the truth is known; everywhere without it',
    }),
  },
  outputs: { loss: port('loss[]') },
  run({ inputs: { depth, truth, mask }, params }) {
    const camera = createCamera({ size: depth.shape[1], fov: params.fov });
    const face = evaluationMask(truth, mask ? tf.squeeze(mask, [3]) : tf.onesLike(truth));
    const variance = maskedMean(scaleInvariantError(tf.log(depth), tf.log(truth), face), face);
    // The root has no slope at 0.
    const side = tf.sqrt(tf.add(variance, 1e-14));
    const apart = tf.squaredDifference(normalsFromDepth(depth, camera), normalsFromDepth(truth, camera));
    const bend = maskedMean(tf.sum(apart, -1), face);
    return { loss: tf.mean(tf.add(side, tf.mul(bend, params.normals / 2))) };
  },
});
