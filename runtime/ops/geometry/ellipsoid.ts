import * as tf from '@tensorflow/tfjs-core';
import { expectShape } from './shapes.ts';

/** The outermost rows and columns of a mask, in pixels counted from 0, as scalars. */
export interface MaskRange {
  readonly minY: tf.Scalar;
  readonly maxY: tf.Scalar;
  readonly minX: tf.Scalar;
  readonly maxX: tf.Scalar;
}

/**
 * The range of the pixels of a mask [1,H,W,1] that reach the threshold. An empty mask has no range: its minima are
 * +∞ and its maxima −∞.
 */
export function maskRange(mask: tf.Tensor, { threshold = 0.7 }: { threshold?: number } = {}): MaskRange {
  expectShape(mask, [1, 'H', 'W', 1], 'maskRange: mask');
  const [, height = 0, width = 0] = mask.shape;
  return tf.tidy(() => {
    const inside = tf.greaterEqual(tf.reshape(mask, [height, width]), threshold);
    const extent = (length: number, shape: [number, number]) => {
      const index = tf.broadcastTo(tf.reshape(tf.range(0, length, 1, 'float32'), shape), [height, width]);
      const outside = (value: number) => tf.fill([height, width], value);
      return {
        min: tf.min(tf.where(inside, index, outside(Number.POSITIVE_INFINITY))) as tf.Scalar,
        max: tf.max(tf.where(inside, index, outside(Number.NEGATIVE_INFINITY))) as tf.Scalar,
      };
    };
    const rows = extent(height, [height, 1]);
    const columns = extent(width, [1, width]);
    return { minY: rows.min, maxY: rows.max, minX: columns.min, maxX: columns.max };
  });
}

/** How the ellipsoid's box differs from the mask's, in fractions of the mask's height or width. */
export interface EllipsoidFit {
  /** Moves the top edge up. */
  readonly growTop?: number;
  /** Moves the bottom edge down. */
  readonly growBottom?: number;
  /** Takes this off at the left and at the right. */
  readonly shrinkSides?: number;
  /** Puts the bottom edge on the image's last row. */
  readonly bottomAtEdge?: boolean;
}

/** The original's fits, by the category of the object; a category that is not here takes the mask's box as it is. */
export const ELLIPSOID_FITS: Readonly<Record<string, EllipsoidFit>> = {
  synface: { growTop: 1 / 6 },
  face: { bottomAtEdge: true, shrinkSides: 1 / 12 },
  car: { growBottom: 1 / 6 },
  church: { growBottom: 1 / 6 },
};

/** The shape of the prior, in scene units. */
export interface EllipsoidOptions extends EllipsoidFit {
  /** Depth of the nearest point. */
  readonly near?: number;
  /** Depth of the rim and of the background. */
  readonly far?: number;
  /** Radius of the sphere whose cap is stretched over the mask. */
  readonly radius?: number;
  /** Mask values from here on belong to the object. */
  readonly threshold?: number;
}

/**
 * The shape prior, [1,S,S]: the cap of a sphere between `near` and `far`, stretched over the box of the mask [1,S,S,1],
 * on a background at `far` (GAN2Shape). An empty mask gives NaN or `far`; check it before.
 *
 * Rows are stretched about the image's centre while the cap's centre is left where the mask has it, so a mask that is
 * not centred gets a shifted cap. This is the original's arithmetic and the initial shape depends on it.
 */
export function ellipsoidDepth(
  mask: tf.Tensor,
  {
    near = 0.91,
    far = 1.02,
    radius = 0.4,
    threshold = 0.7,
    growTop = 0,
    growBottom = 0,
    shrinkSides = 0,
    bottomAtEdge = false,
  }: EllipsoidOptions = {},
): tf.Tensor3D {
  const size = mask.shape[1] ?? 0;
  expectShape(mask, [1, size, size, 1], 'ellipsoidDepth: mask');
  return tf.tidy(() => {
    const range = maskRange(mask, { threshold });
    const height = tf.sub(range.maxY, range.minY);
    const margin = tf.mul(tf.sub(range.maxX, range.minX), shrinkSides);
    const top = tf.sub(range.minY, tf.mul(height, growTop));
    const bottom = bottomAtEdge ? tf.scalar(size - 1) : tf.add(range.maxY, tf.mul(height, growBottom));
    const left = tf.add(range.minX, margin);
    const right = tf.sub(range.maxX, margin);

    const halfWidth = tf.div(tf.sub(right, left), 2);
    const aspect = tf.div(tf.sub(bottom, top), tf.sub(right, left));
    const index = tf.range(0, size, 1, 'float32');
    const row = tf.add(tf.div(tf.sub(index, size / 2), aspect), size / 2);
    const dy = tf.sub(tf.reshape(row, [1, size, 1]), tf.div(tf.add(top, bottom), 2));
    const dx = tf.sub(tf.reshape(index, [1, 1, size]), tf.div(tf.add(left, right), 2));
    const distance = tf.sqrt(tf.add(tf.square(dx), tf.square(dy)));

    const rimRadius = Math.sqrt(radius ** 2 - (radius - (far - near)) ** 2);
    const onSphere = tf.mul(tf.div(distance, halfWidth), rimRadius);
    const cap = tf.sub(radius + near, tf.sqrt(tf.abs(tf.sub(radius ** 2, tf.square(onSphere)))));
    return tf.where(tf.lessEqual(distance, halfWidth), cap, tf.fill([1, size, size], far)) as tf.Tensor3D;
  });
}
