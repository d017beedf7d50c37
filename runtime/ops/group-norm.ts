import * as tf from '@tensorflow/tfjs-core';
import { expectShape, fail, integer, shape4 } from './check.ts';

/** Parameters of group normalisation. */
export interface GroupNormOptions {
  /** Number of groups; divides the number of channels. */
  readonly groups: number;
  /** Added to the variance; default 1e-5. */
  readonly eps?: number;
}

/**
 * Group normalisation (Wu and He 2018): every sample's groups of neighbouring channels to mean 0 and (biased)
 * variance 1, then a gain and an offset per channel.
 *
 * The groups are pooled on per-channel statistics, so that the image itself is never reshaped and a recorded
 * graph can keep it in its own layout.
 *
 * @param x [B,H,W,C]
 * @param gamma [C]
 * @param beta [C]
 * @throws RangeError on a wrong rank, a wrong number of parameters, or groups that do not divide the channels
 */
export function groupNorm(
  x: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  options: GroupNormOptions,
): tf.Tensor4D {
  const op = 'groupNorm';
  const [, , , channels] = shape4(op, 'x', x);
  const { eps = 1e-5 } = options;
  const groups = integer(op, 'groups', options.groups, 1);
  if (channels % groups !== 0)
    fail(op, `${groups} groups do not divide the ${channels} channels of x [${x.shape}]`);
  expectShape(op, 'gamma', gamma, [channels]);
  expectShape(op, 'beta', beta, [channels]);
  return tf.tidy(() => {
  const centred = tf.sub(x, poolGroups(tf.mean(x, [1, 2], true), groups));
  const variance = poolGroups(tf.mean(tf.square(centred), [1, 2], true), groups);
  const scale = tf.mul(tf.rsqrt(tf.add(variance, eps)), gamma);
  return tf.add(tf.mul(centred, scale), beta);
  });
}

/** Replaces each channel's statistic [B,1,1,C] by the mean over its group. */
function poolGroups(statistic: tf.Tensor, groups: number): tf.Tensor4D {
  const [batch, , , channels] = statistic.shape as [number, number, number, number];
  const size = channels / groups;
  if (size === 1) return statistic as tf.Tensor4D;
  const pooled = tf.mean(tf.reshape(statistic, [batch, groups, size]), 2, true);
  return tf.reshape(tf.tile(pooled, [1, 1, size]), [batch, 1, 1, channels]);
}
