import * as tf from '@tensorflow/tfjs-core';
import { avgPool2d } from '../ops/avg-pool.ts';
import { photometricLoss } from '../ops/losses.ts';

/**
 * The distance of two lists of features: the sum over the list of mean absolute differences, weighted by a mask that
 * is averaged down to each feature's size.
 *
 * @param a features [B,Hi,Wi,Ci]
 * @param b features of the same shapes
 * @param mask [B,H,W,1], H and W multiples of every Hi and Wi; a mask that is zero everywhere gives NaN
 * @returns a scalar
 */
export function featureDistance(
  a: readonly tf.Tensor4D[],
  b: readonly tf.Tensor4D[],
  mask?: tf.Tensor4D,
): tf.Scalar {
  const terms = a.map((feature, i) => {
    const other = b[i];
    if (!other) throw new RangeError(`${a.length} features, but ${b.length} to compare with`);
    return photometricLoss(feature, other, mask && { mask: averagedTo(mask, feature) });
  });
  return terms.reduce((sum, term) => tf.add(sum, term));
}

function averagedTo(mask: tf.Tensor4D, feature: tf.Tensor4D): tf.Tensor4D {
  const kernel = [mask.shape[1] / feature.shape[1], mask.shape[2] / feature.shape[2]] as const;
  if (!kernel.every(Number.isInteger)) {
    throw new RangeError(`mask has shape [${mask.shape}], no multiple of the feature [${feature.shape}]`);
  }
  return kernel[0] * kernel[1] === 1 ? mask : avgPool2d(mask, { kernel });
}

/** The same values, through which no gradient flows. */
export function detached<T extends tf.Tensor>(x: T): T {
  const op = tf.customGrad((value) => ({
    value: tf.clone(value as T),
    gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
  }));
  return op(x) as T;
}
