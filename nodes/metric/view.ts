import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

const DEGREES = 180 / Math.PI;

export const viewMetric = defineNode({
  type: 'metric/view',
  version: 1,
  title: 'View errors',
  description:
    'How views that were predicted for a batch of images differ from the true ones, about x (pitch) and y (yaw): the ' +
    'mean absolute error in degrees; the Pearson correlation, which no canonical pose of its own changes; and the ' +
    'slope, by how much a prediction changes where the truth changes by 1. A slope near 0 means that turns are not seen; ' +
    'where it differs from 1, relief has the wrong scale.',
  example: example(
    {
      seen: constant([8, 6], 0.2),
      truth: constant([8, 6], 0.1),
      error: { type: 'metric/view', in: { view: 'seen', truth: 'truth' } },
    },
    'error',
  ),
  params: Type.Object({}),
  inputs: { view: port('view[B,6]'), truth: port('view[B,6]') },
  outputs: {
    yawError: port('metric[]', { description: 'Degrees' }),
    yawCorrelation: port('metric[]', { description: 'In [−1, 1]; higher is better' }),
    yawSlope: port('metric[]', { description: '1 is right' }),
    pitchError: port('metric[]', { description: 'Degrees' }),
    pitchCorrelation: port('metric[]', { description: 'In [−1, 1]; higher is better' }),
    pitchSlope: port('metric[]', { description: '1 is right' }),
  },
  run({ inputs: { view, truth } }) {
    const about = (axis: number) => agreement(column(view, axis), column(truth, axis));
    const [pitch, yaw] = [about(0), about(1)];
    return {
      yawError: yaw.error,
      yawCorrelation: yaw.correlation,
      yawSlope: yaw.slope,
      pitchError: pitch.error,
      pitchCorrelation: pitch.correlation,
      pitchSlope: pitch.slope,
    };
  },
});

function column(view: tf.Tensor, axis: number): tf.Tensor {
  return tf.slice(view, [0, axis], [-1, 1]);
}

function agreement(predicted: tf.Tensor, truth: tf.Tensor) {
  const [p, t] = [tf.sub(predicted, tf.mean(predicted)), tf.sub(truth, tf.mean(truth))];
  // A batch of one pose has no correlation: 0, rather than NaN.
  const spread = (x: tf.Tensor) => tf.add(tf.sum(tf.square(x)), 1e-12);
  const common = tf.sum(tf.mul(p, t));
  return {
    error: tf.mul(tf.mean(tf.abs(tf.sub(predicted, truth))), DEGREES),
    correlation: tf.div(common, tf.sqrt(tf.mul(spread(p), spread(t)))),
    slope: tf.div(common, spread(t)),
  };
}
