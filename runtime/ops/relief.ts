import * as tf from '@tensorflow/tfjs-core';
import { expectShape } from './geometry/shapes.ts';
import { maskedMean } from './metrics.ts';

/** Depth that varies by less than this share of itself is flat: single precision knows no more. */
const FLAT = 1e-6;

/**
 * Pearson correlation of two maps [B,H,W] over the mask, per image: [B], in [−1, 1]. Zero where one of the maps is flat
 * there (deviation below 10⁻⁶ of its mean), for which no correlation is defined: it agrees with nothing. An empty mask
 * gives NaN.
 */
export function maskedCorrelation(a: tf.Tensor, b: tf.Tensor, mask: tf.Tensor): tf.Tensor1D {
  expectShape(a, ['B', 'H', 'W'], 'maskedCorrelation: a');
  expectShape(b, a.shape, 'maskedCorrelation: b');
  expectShape(mask, a.shape, 'maskedCorrelation: mask');
  return tf.tidy(() => {
    const [x, y] = [a, b].map((map) => {
      const { relief, mean } = reliefOf(map, mask);
      const variance = maskedMean(tf.square(relief), mask);
      // A comparison with NaN, the variance over an empty mask, is false: NaN stays NaN.
      return { relief, variance, flat: tf.lessEqual(variance, tf.mul(tf.square(mean), FLAT ** 2)) };
    }) as [Centred, Centred];
    const product = maskedMean(tf.mul(x.relief, y.relief), mask);
    const r = tf.div(product, tf.mul(tf.sqrt(x.variance), tf.sqrt(y.variance)));
    return tf.where(tf.logicalOr(x.flat, y.flat), tf.zerosLike(r), tf.clipByValue(r, -1, 1)) as tf.Tensor1D;
  });
}

interface Centred {
  readonly relief: tf.Tensor;
  readonly variance: tf.Tensor1D;
  readonly flat: tf.Tensor;
}

/**
 * Scale-invariant depth error after the best scale of the relief, per image: [B]. With p and t the logarithms of depth
 * and truth [B,H,W] minus their means over the mask, it is the smallest sqrt(mean((s·p − t)²)) for any s ≥ 0, which
 * s = max(0, Σpt / Σp²) gives. So it says how much of the error is shape: a prediction that is too flat or too deep
 * everywhere costs nothing.
 *
 * In logarithms because the error is one of logarithms: s = 1 is SIDE itself, hence it never exceeds SIDE, s has a
 * closed form, and no scale makes a depth negative. (For faces at a distance of 1 the logarithm of depth is depth minus
 * one but for some per cent.) Not below zero because a relief inside out is a wrong shape. A flat prediction has
 * s = 0 and keeps the error of a constant depth, the deviation of t, which nothing exceeds. An empty mask gives NaN.
 */
export function alignedReliefError(depth: tf.Tensor, truth: tf.Tensor, mask: tf.Tensor): tf.Tensor1D {
  expectShape(depth, ['B', 'H', 'W'], 'alignedReliefError: depth');
  expectShape(truth, depth.shape, 'alignedReliefError: truth');
  expectShape(mask, depth.shape, 'alignedReliefError: mask');
  return tf.tidy(() => {
    const p = reliefOf(tf.log(depth), mask).relief;
    const t = reliefOf(tf.log(truth), mask).relief;
    const variance = maskedMean(tf.square(p), mask);
    const fitted = tf.relu(tf.div(maskedMean(tf.mul(p, t), mask), variance));
    const scale = tf.where(tf.lessEqual(variance, FLAT ** 2), tf.zerosLike(fitted), fitted);
    const rest = tf.sub(tf.mul(p, tf.reshape(scale, [-1, 1, 1])), t);
    return tf.sqrt(maskedMean(tf.square(rest), mask));
  });
}

/** A map [B,H,W] minus its mean over the mask, and that mean, [B]. */
function reliefOf(map: tf.Tensor, mask: tf.Tensor): { relief: tf.Tensor; mean: tf.Tensor1D } {
  const mean = maskedMean(map, mask);
  return { relief: tf.sub(map, tf.reshape(mean, [-1, 1, 1])), mean };
}
