import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { createCamera, depthMetrics, evaluationMask, normalsFromDepth } from '../../runtime/ops/index.ts';
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
    'degrees; MAE and MSE, the mean absolute and squared difference. No pixel to compare gives NaN.',
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
  },
  run({ inputs: { depth, truth, mask }, params }) {
    const camera = createCamera({ size: depth.shape[1], fov: params.fov });
    const errors = depthMetrics({
      depth,
      truth,
      normals: normalsFromDepth(depth, camera),
      trueNormals: normalsFromDepth(truth, camera),
      mask: evaluationMask(truth, tf.squeeze(mask, [3])),
    });
    return {
      side: tf.mean(errors.side),
      mad: tf.mean(errors.mad),
      mae: tf.mean(errors.mae),
      mse: tf.mean(errors.mse),
    };
  },
});
