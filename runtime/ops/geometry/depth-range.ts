import * as tf from '@tensorflow/tfjs-core';
import { expectShape } from './shapes.ts';

/** The range of canonical depth, in scene units; depth grows away from the camera. */
export interface DepthRange {
  readonly minDepth: number;
  readonly maxDepth: number;
}

export const DEFAULT_DEPTH_RANGE: DepthRange = { minDepth: 0.9, maxDepth: 1.1 };

/** Maps values in [−1, 1] linearly onto [minDepth, maxDepth]; any shape. */
export function rescaleDepth<T extends tf.Tensor>(value: T, { minDepth, maxDepth }: DepthRange): T {
  return tf.tidy(() => tf.add(tf.mul(value, (maxDepth - minDepth) / 2), (maxDepth + minDepth) / 2));
}

/** Maps depth in [minDepth, maxDepth] linearly onto [0, 1], as shown in previews; any shape. */
export function depthToUnit<T extends tf.Tensor>(depth: T, { minDepth, maxDepth }: DepthRange): T {
  return tf.tidy(() => tf.div(tf.sub(depth, minDepth), maxDepth - minDepth));
}

/** Depth [B,H,W] of a depth network's raw output [B,H,W]: less its mean per image, through tanh, into the range. */
export function depthFromRaw(raw: tf.Tensor, range: DepthRange): tf.Tensor3D {
  expectShape(raw, ['B', 'H', 'W'], 'depthFromRaw: raw');
  return tf.tidy(() => {
    const centred = tf.sub(raw, tf.mean(raw, [1, 2], true));
    return rescaleDepth(tf.tanh(centred), range) as tf.Tensor3D;
  });
}

/** How {@link clampBorderDepth} treats the image's sides. */
export interface BorderOptions {
  /** Depth to draw the border to; 0.7·max + 0.3·min of the range unless given. */
  readonly borderDepth?: number;
  /** Columns at each side. */
  readonly columns?: number;
  /** Share of the border depth in the blend. The original overshoots with 1.02, which reverses 2 % of the depth. */
  readonly weight?: number;
}

/** Draws the outermost columns of depth maps [B,H,W] to one depth, so that the surface is closed off at both sides. */
export function clampBorderDepth(
  depth: tf.Tensor,
  { minDepth, maxDepth }: DepthRange,
  { borderDepth = 0.7 * maxDepth + 0.3 * minDepth, columns = 2, weight = 1.02 }: BorderOptions = {},
): tf.Tensor3D {
  expectShape(depth, ['B', 'H', 'W'], 'clampBorderDepth: depth');
  const width = depth.shape[2] ?? 0;
  const share = Array.from({ length: width }, (_, u) => (u < columns || u >= width - columns ? weight : 0));
  return tf.tidy(() => {
    const kept = tf.tensor3d(
      share.map((s) => 1 - s),
      [1, 1, width],
    );
    const border = tf.tensor3d(
      share.map((s) => s * borderDepth),
      [1, 1, width],
    );
    return tf.add(tf.mul(depth, kept), border);
  });
}
