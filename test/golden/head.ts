import * as tf from '@tensorflow/tfjs-core';

/** The corner of an image [B,H,W,C] of which a case stores [b,c,h,w]: first samples, channels, rows and columns. */
export function headOf(x: tf.Tensor4D, stored: readonly number[]): tf.Tensor4D {
  const [batch = 1, channels = 1, height = 1, width = 1] = stored;
  return tf.slice(x, [0, 0, 0, 0], [batch, height, width, channels]);
}

/** Every n-th row and column of an image [B,H,W,C], beginning with the first. */
export function everyNth(x: tf.Tensor4D, n: number): tf.Tensor4D {
  return tf.stridedSlice(x, [0, 0, 0, 0], x.shape, [1, n, n, 1]) as tf.Tensor4D;
}
