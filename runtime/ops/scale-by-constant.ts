import * as tf from '@tensorflow/tfjs-core';

/**
 * x · factor, where the factor is a constant of differentiation even if it was computed from x: the mask of a
 * rectifier, of a maximum, of an image border. Its derivative vanishes almost everywhere, and comparisons have
 * no gradient on TensorFlow.js's tape; leaving the factor off the tape says so at no cost.
 *
 * @param x any shape
 * @param factor a float tensor that broadcasts to x's shape
 */
export function scaleByConstant<T extends tf.Tensor>(x: T, factor: tf.Tensor): T {
  const op = tf.customGrad((input, save) => {
    (save as tf.GradSaveFunc)([factor]);
    return {
      value: tf.mul(input as T, factor),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => scaleByConstant(dy, saved[0] as tf.Tensor),
    };
  });
  return op(x) as T;
}
