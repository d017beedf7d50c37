import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import {
  alignedReliefError,
  createCamera,
  depthMetrics,
  evaluationMask,
  maskedCorrelation,
  normalsFromDepth,
} from '../../runtime/ops/index.ts';
import { fov } from '../_camera.ts';
import { constant, dome, example } from '../_example.ts';

export const depthMetric = defineNode({
  type: 'metric/depth',
  version: 1,
  title: 'Depth errors',
  description:
    'How a depth map seen from the camera differs from the truth, over the pixels that are no background in the truth ' +
    'and inside the mask, both eroded by a pixel (Wu et al. 2020, section 4.1), mean over the batch: SIDE, the standard ' +
    'deviation of the difference of log depths (usually reported times 100); MAD, the mean angle between normals in ' +
    'degrees; MAE and MSE, the mean absolute and squared difference. That a mere scale of the relief does not pass for ' +
    'shape: aligned SIDE, what SIDE is after the scale s ≥ 0 of the log relief (log depth minus its mean) that makes it ' +
    'least, so never more than SIDE, and for a flat or inverted relief that of a constant depth; and the Pearson ' +
    'correlation of the depths, 0 where one is flat. No pixel to compare gives NaN.',
  example: example(
    {
      ...dome,
      truth: { type: 'prior/ellipsoid', in: { mask: 'mask' }, params: { near: 0.9 } },
      visible: constant([1, 16, 16, 1], 1),
      error: { type: 'metric/depth', in: { depth: 'depth', truth: 'truth', mask: 'visible' } },
    },
    'error',
  ),
  params: Type.Object({ fov: fov() }),
  inputs: {
    depth: port('depth[B,S,S]'),
    truth: port('depth[B,S,S]'),
    mask: port('mask[B,S,S,1]', { description: 'Where the predicted shape is seen' }),
  },
  outputs: {
    side: port('metric[]'),
    mad: port('metric[]'),
    mae: port('metric[]'),
    mse: port('metric[]'),
    alignedSide: port('metric[]', { description: 'SIDE after the best scale of the relief' }),
    correlation: port('metric[]', { description: 'In [−1, 1]; higher is better' }),
  },
  run({ inputs: { depth, truth, mask }, params }) {
    const camera = createCamera({ size: depth.shape[1], fov: params.fov });
    const evaluated = evaluationMask(truth, tf.squeeze(mask, [3]));
    const errors = depthMetrics({
      depth,
      truth,
      normals: normalsFromDepth(depth, camera),
      trueNormals: normalsFromDepth(truth, camera),
      mask: evaluated,
    });
    return {
      side: tf.mean(errors.side),
      mad: tf.mean(errors.mad),
      mae: tf.mean(errors.mae),
      mse: tf.mean(errors.mse),
      alignedSide: tf.mean(alignedReliefError(depth, truth, evaluated)),
      correlation: tf.mean(maskedCorrelation(depth, truth, evaluated)),
    };
  },
});
