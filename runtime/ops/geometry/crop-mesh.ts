import * as tf from '@tensorflow/tfjs-core';
import { fail } from '../check.ts';
import { expectShape } from './shapes.ts';

/** Rows and columns of a mesh to fold away, counted from each border; 0 unless given. */
export interface MeshCrop {
  readonly top?: number;
  readonly bottom?: number;
  readonly left?: number;
  readonly right?: number;
}

/**
 * Folds the borders of a grid mesh [B,H,W,3] onto the first row and column that stays: cropped rows take its y and z,
 * cropped columns its x and z. Cleans up ragged borders in previews while every pixel keeps its vertex.
 */
export function cropMesh(
  points: tf.Tensor,
  { top = 0, bottom = 0, left = 0, right = 0 }: MeshCrop,
): tf.Tensor4D {
  expectShape(points, ['B', 'H', 'W', 3], 'cropMesh: points');
  const [, height = 0, width = 0] = points.shape;
  return tf.tidy(() => {
    const rows = kept(height, top, bottom);
    const columns = kept(width, left, right);
    const [x, y, z] = tf.split(points, 3, 3) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
    return tf.concat(
      [tf.gather(x, columns, 2), tf.gather(y, rows, 1), tf.gather(tf.gather(z, rows, 1), columns, 2)],
      3,
    );
  });
}

/** For each row or column, the nearest one that stays. */
function kept(length: number, before: number, after: number): tf.Tensor1D {
  if (!(before >= 0 && after >= 0 && before + after < length)) {
    fail('cropMesh', `cropping ${before} and ${after} of ${length} leaves nothing`);
  }
  const index = Array.from({ length }, (_, i) => Math.min(Math.max(i, before), length - 1 - after));
  return tf.tensor1d(index, 'int32');
}
