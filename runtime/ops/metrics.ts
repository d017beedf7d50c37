import * as tf from '@tensorflow/tfjs-core';
import { expectShape } from './geometry/shapes.ts';

/** Removes the outermost pixels of binary masks [B,H,W]: kept is what has all eight neighbours, none outside the image. */
export function erodeMask(mask: tf.Tensor): tf.Tensor3D {
  expectShape(mask, ['B', 'H', 'W'], 'erodeMask: mask');
  return tf.tidy(() => {
    const padded = tf.expandDims(
      tf.pad(mask, [
        [0, 0],
        [1, 1],
        [1, 1],
      ]),
      -1,
    ) as tf.Tensor4D;
    const filled = tf.squeeze(tf.avgPool(padded, 3, 1, 'valid'), [-1]);
    return tf.cast(tf.greater(filled, 0.99), 'float32') as tf.Tensor3D;
  });
}

/**
 * The pixels that are evaluated, [B,H,W]: where the true depth [B,H,W] is not background (its greatest value in the
 * image) and the prediction's mask [B,H,W] holds, each eroded by a pixel.
 */
export function evaluationMask(truth: tf.Tensor, predictedMask: tf.Tensor): tf.Tensor3D {
  expectShape(truth, ['B', 'H', 'W'], 'evaluationMask: truth');
  expectShape(predictedMask, truth.shape, 'evaluationMask: predictedMask');
  return tf.tidy(() => {
    const foreground = tf.cast(tf.less(truth, tf.max(truth, [1, 2], true)), 'float32');
    return tf.mul(erodeMask(foreground), erodeMask(predictedMask));
  });
}

/** Mean of maps [B,H,W] over masks [B,H,W], per image: [B]. An empty mask gives NaN. */
export function maskedMean(map: tf.Tensor, mask: tf.Tensor): tf.Tensor1D {
  return tf.tidy(() => tf.div(tf.sum(tf.mul(map, mask), [1, 2]), tf.sum(mask, [1, 2])));
}

/**
 * Squared deviation of the difference of two maps [B,H,W] from its mean over the mask (over the image without one),
 * zero outside: the terms of the scale-invariant error (Eigen et al. 2014, equation 1) when the maps are logarithms.
 */
export function scaleInvariantError(predicted: tf.Tensor, truth: tf.Tensor, mask?: tf.Tensor): tf.Tensor3D {
  expectShape(predicted, ['B', 'H', 'W'], 'scaleInvariantError: predicted');
  expectShape(truth, predicted.shape, 'scaleInvariantError: truth');
  if (mask) expectShape(mask, predicted.shape, 'scaleInvariantError: mask');
  return tf.tidy(() => {
    const weights = mask ?? tf.onesLike(predicted);
    const difference = tf.sub(predicted, truth);
    const mean = tf.reshape(maskedMean(difference, weights), [-1, 1, 1]);
    return tf.mul(tf.square(tf.sub(difference, mean)), weights);
  });
}

/** Angle in degrees between unit normals [B,H,W,3], zero outside the mask: [B,H,W]. */
export function angularError(a: tf.Tensor, b: tf.Tensor, mask?: tf.Tensor): tf.Tensor3D {
  expectShape(a, ['B', 'H', 'W', 3], 'angularError: a');
  expectShape(b, a.shape, 'angularError: b');
  return tf.tidy(() => {
    const cosine = tf.clipByValue(tf.sum(tf.mul(a, b), -1), -1, 1);
    const degrees = tf.mul(tf.acos(cosine), 180 / Math.PI) as tf.Tensor3D;
    return mask ? tf.mul(degrees, mask) : degrees;
  });
}

/** One value per image, [B]. */
export interface DepthMetrics {
  /** Mean absolute depth error. */
  readonly mae: tf.Tensor1D;
  /** Mean squared depth error. */
  readonly mse: tf.Tensor1D;
  /** Scale-invariant depth error: standard deviation of the log-depth error. Usually reported ×10². */
  readonly side: tf.Tensor1D;
  /** Mean angle deviation between normals, in degrees. */
  readonly mad: tf.Tensor1D;
}

/** Depth maps [B,H,W] and normals [B,H,W,3] to compare, and the evaluated pixels [B,H,W]. */
export interface DepthMetricsInput {
  readonly depth: tf.Tensor;
  readonly truth: tf.Tensor;
  readonly normals: tf.Tensor;
  readonly trueNormals: tf.Tensor;
  readonly mask: tf.Tensor;
}

/** The depth metrics of Unsup3D (section 4.1), over the mask of {@link evaluationMask}. */
export function depthMetrics({ depth, truth, normals, trueNormals, mask }: DepthMetricsInput): DepthMetrics {
  expectShape(depth, ['B', 'H', 'W'], 'depthMetrics: depth');
  expectShape(truth, depth.shape, 'depthMetrics: truth');
  expectShape(mask, depth.shape, 'depthMetrics: mask');
  return tf.tidy(() => {
    const difference = tf.sub(depth, truth);
    return {
      mae: maskedMean(tf.abs(difference), mask),
      mse: maskedMean(tf.square(difference), mask),
      side: tf.sqrt(maskedMean(scaleInvariantError(tf.log(depth), tf.log(truth), mask), mask)),
      mad: maskedMean(angularError(normals, trueNormals), mask),
    };
  });
}
