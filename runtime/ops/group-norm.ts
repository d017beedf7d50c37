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
 * Statistics are taken per channel and pooled over groups, so that the image itself is never reshaped and a recorded
 * graph can keep it in its own layout; the gradient is the closed form, with half the passes over the image that
 * the tape would make. Differentiable to any order.
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
  const normalise = tf.customGrad((...args) => {
    const [image, gain, offset, save] = args as unknown as [
      tf.Tensor4D,
      tf.Tensor,
      tf.Tensor,
      tf.GradSaveFunc,
    ];
    const { centred, deviation } = standardise(image, groups, eps);
    save([image, gain]);
    return {
      value: tf.add(tf.mul(centred, tf.div(gain, deviation)), offset),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        groupNormGradient(dy, saved[0] as tf.Tensor4D, saved[1] as tf.Tensor, { groups, eps }),
    };
  });
  return tf.tidy(() => normalise(x, gamma, beta) as tf.Tensor4D);
}

/** x less its group's mean [B,H,W,C], and the group's standard deviation [B,1,1,C]. */
function standardise(
  x: tf.Tensor4D,
  groups: number,
  eps: number,
): { centred: tf.Tensor; deviation: tf.Tensor } {
  const centred = tf.sub(x, poolGroups(tf.mean(x, [1, 2], true), groups));
  const variance = poolGroups(tf.mean(tf.square(centred), [1, 2], true), groups);
  return { centred, deviation: tf.sqrt(tf.add(variance, eps)) };
}

/**
 * With g = γ·dy, c the centred image, σ the deviation, means over the group:
 * dx = (g - mean(g) - c·mean(g·c)/σ²) / σ, dγ = Σ dy·c/σ, dβ = Σ dy.
 */
function groupNormGradient(
  dy: tf.Tensor,
  x: tf.Tensor4D,
  gamma: tf.Tensor,
  { groups, eps }: Required<GroupNormOptions>,
): tf.Tensor[] {
  // recomputed, so that second derivatives see how they depend on x; a recorded graph computes them once
  const { centred, deviation } = standardise(x, groups, eps);
  const mean = tf.mean(dy, [1, 2], true);
  const projection = tf.mean(tf.mul(dy, centred), [1, 2], true);
  const slope = tf.div(gamma, deviation);
  const share = tf.div(
    poolGroups(tf.mul(gamma, projection), groups),
    tf.mul(tf.square(deviation), deviation),
  );
  const constant = tf.div(poolGroups(tf.mul(gamma, mean), groups), deviation);
  const dx = tf.sub(tf.mul(dy, slope), tf.add(tf.mul(centred, share), constant));
  const pixels = (x.shape[1] as number) * (x.shape[2] as number);
  const overBatch = (statistic: tf.Tensor) => tf.mul(tf.sum(statistic, [0, 1, 2]), pixels);
  return [dx, overBatch(tf.div(projection, deviation)), overBatch(mean)];
}

/** Replaces each channel's statistic [B,1,1,C] by the mean over its group. */
function poolGroups(statistic: tf.Tensor, groups: number): tf.Tensor4D {
  const [batch, , , channels] = statistic.shape as [number, number, number, number];
  const size = channels / groups;
  if (size === 1) return statistic as tf.Tensor4D;
  const pooled = tf.mean(tf.reshape(statistic, [batch, groups, size]), 2, true);
  return tf.reshape(tf.tile(pooled, [1, 1, size]), [batch, 1, 1, channels]);
}
