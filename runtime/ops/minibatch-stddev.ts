import * as tf from '@tensorflow/tfjs-core';
import { fail, integer, shape4 } from './check.ts';

/**
 * Appends the standard deviation over the minibatch as one more channel (Karras et al. 2018, section 3).
 *
 * The batch is dealt into B / groupSize groups: sample b belongs to group b mod (B / groupSize), as in StyleGAN2.
 * A batch that is smaller than the group size is one group.
 *
 * @param x [B,H,W,C]
 * @param groupSize samples per group; default 4
 * @param eps added to the variance; default 1e-8
 * @returns [B,H,W,C+1]
 * @throws RangeError on a wrong rank, or a group size that does not divide the batch
 */
export function minibatchStddev(x: tf.Tensor4D, groupSize = 4, eps = 1e-8): tf.Tensor4D {
  const op = 'minibatchStddev';
  const [batch, height, width, channels] = shape4(op, 'x', x);
  const size = Math.min(integer(op, 'groupSize', groupSize, 1), batch);
  if (batch % size !== 0) fail(op, `groups of ${size} do not divide the batch of ${batch}`);
  const groups = batch / size;
  return tf.tidy(() => {
    const grouped = tf.reshape(x, [size, groups, height * width * channels]);
    const centred = tf.sub(grouped, tf.mean(grouped, 0, true));
    const variance = tf.mean(tf.square(centred), 0);
    const deviation = tf.reshape(tf.mean(tf.sqrt(tf.add(variance, eps)), 1), [groups, 1, 1, 1]);
    return tf.concat([x, tf.tile(deviation, [size, height, width, 1]) as tf.Tensor4D], 3);
  });
}
