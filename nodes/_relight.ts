import * as tf from '@tensorflow/tfjs-core';

export interface Relighting {
  /** Direction (dx, dy, 1), as dx and dy: [N,2]. */
  readonly slopes: tf.Tensor;
  /** Added to the diffuse strength: [N,1]. */
  readonly strength: tf.Tensor;
  /** What of the added strength is added to the ambient one; negative for taking off. */
  readonly ambientShare: number;
}

/**
 * Lights [N,4] that differ from a light [1,4] in direction and contrast. Strengths are half of a light's first two
 * numbers, hence the factor 2.
 */
export function relight(light: tf.Tensor, { slopes, strength, ambientShare }: Relighting): tf.Tensor2D {
  const [ambient, diffuse] = tf.split(light, [1, 1, 2], 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const added = tf.mul(strength, 2);
  return tf.concat(
    [tf.add(ambient, tf.mul(added, ambientShare)), tf.add(diffuse, added), slopes],
    1,
  ) as tf.Tensor2D;
}
