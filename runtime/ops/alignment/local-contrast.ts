import * as tf from '@tensorflow/tfjs-core';
import { avgPool2d } from '../avg-pool.ts';

/** Samples around each that its contrast is told by, and around that for how much of it is usual there. */
const WINDOW = 9;
const WIDER = 11;
/** A deviation below which contrast is not raised, images being in [−1, 1]. */
const FLOOR = 0.04;

/**
 * What images [B,H,W,1] show without what soft light does to it: (I − μ) / (σ + floor), with the mean μ of the window
 * around each place and the usual deviation σ from it there; 0 outside of the mask [B,H,W,1].
 */
export function localContrast(images: tf.Tensor4D, mask: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const around = (x: tf.Tensor4D, kernel: number) =>
      avgPool2d(x, { kernel, stride: 1, padding: (kernel - 1) / 2, countIncludePad: false });
    const centred = tf.sub<tf.Tensor4D>(images, around(images, WINDOW));
    const deviation = tf.sqrt<tf.Tensor4D>(around(tf.square(centred), WIDER));
    return tf.mul<tf.Tensor4D>(tf.div(centred, tf.add(deviation, FLOOR)), mask);
  });
}
