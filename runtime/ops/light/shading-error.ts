import * as tf from '@tensorflow/tfjs-core';
import { expectShape, shape4 } from '../check.ts';

/** Added to brightness in [0, 1], so that noise of black pixels is not taken for shading. */
export const DARKEST = 0.02;
/** Shading below this counts as this. */
export const LEAST_SHADING = 0.05;

/**
 * How far brightness differs from what shading [B,H,W] explains, a scalar ≥ 0: the mean of
 * 2·(sqrt(1 + (r / noise)²) − 1) over the pixels of all segments [B,H,W,K], where r = log(brightness) − log(shading),
 * less its mean over the segment, as each has one albedo that is not known. Brightness is the mean of the channels of
 * images [B,H,W,C] in [−1, 1]. Segments that are all empty give 0: there
 * is nothing to explain.
 */
export function shadingError(
  images: tf.Tensor,
  shading: tf.Tensor,
  segments: tf.Tensor,
  noise: number,
): tf.Scalar {
  const [batch, height, width] = shape4('shadingError', 'images', images);
  const [, , , count] = shape4('shadingError', 'segments', segments);
  expectShape('shadingError', 'shading', shading, [batch, height, width]);
  expectShape('shadingError', 'segments', segments, [batch, height, width, count]);
  return tf.tidy(() => {
    const brightness = tf.add(tf.mean(tf.add(tf.mul(images, 0.5), 0.5), -1, true), DARKEST);
    const shade = tf.maximum(tf.expandDims(shading, -1), LEAST_SHADING);
    const unexplained = tf.mul(tf.sub(tf.log(brightness), tf.log(shade)), segments);
    const size = tf.sum(segments, [1, 2], true);
    // An empty segment has a sum of 0 and no pixel that its mean counts for.
    const albedo = tf.div(tf.sum(unexplained, [1, 2], true), tf.maximum(size, 1));
    const error = tf.div(tf.sum(tf.sub(unexplained, tf.mul(albedo, segments)), -1), noise);
    const robust = tf.mul(tf.sub(tf.sqrt(tf.add(tf.square(error), 1)), 1), 2);
    return tf.div(tf.sum(robust), tf.maximum(tf.sum(size), 1)) as tf.Scalar;
  });
}
