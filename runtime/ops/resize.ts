import * as tf from '@tensorflow/tfjs-core';
import { avgPool2d } from './avg-pool.ts';
import { fail, integer, type Shape4, shape4 } from './check.ts';
import {
  areaMatrix,
  type BilinearOptions,
  bilinearMatrix,
  type InterpolationMatrix,
  nearestMatrix,
  transposed,
} from './interpolation-matrix.ts';
import { upfirdn2d } from './upfirdn.ts';

/** [height, width] of a resized image. */
export type Size = readonly [number, number];

/**
 * Bilinear resizing without antialiasing (PyTorch's `interpolate(mode='bilinear')`).
 *
 * @param x [B,H,W,C]
 * @returns [B,size[0],size[1],C]
 * @throws RangeError on a wrong rank or a size below 1
 */
export function resizeBilinear(x: tf.Tensor4D, size: Size, options: BilinearOptions = {}): tf.Tensor4D {
  const [height, width] = imageSize('resizeBilinear', x, size);
  return separable(x, bilinearMatrix(height, size[0], options), bilinearMatrix(width, size[1], options));
}

/**
 * Nearest-neighbour resizing: the pixel at floor(i·H/H') (PyTorch's `interpolate(mode='nearest')`).
 *
 * @param x [B,H,W,C]
 * @returns [B,size[0],size[1],C]
 * @throws RangeError on a wrong rank or a size below 1
 */
export function resizeNearest(x: tf.Tensor4D, size: Size): tf.Tensor4D {
  const [height, width] = imageSize('resizeNearest', x, size);
  const [v, h] = [size[0] / height, size[1] / width];
  if (Number.isInteger(v) && Number.isInteger(h)) return repeatPixels(x, [v, h]);
  return separable(x, nearestMatrix(height, size[0]), nearestMatrix(width, size[1]));
}

/**
 * Area resizing: adaptive average pooling, the mean over all pixels that a target pixel touches (PyTorch's
 * `interpolate(mode='area')` and `adaptive_avg_pool2d`).
 *
 * @param x [B,H,W,C]
 * @returns [B,size[0],size[1],C]
 * @throws RangeError on a wrong rank or a size below 1
 */
export function resizeArea(x: tf.Tensor4D, size: Size): tf.Tensor4D {
  const [height, width] = imageSize('resizeArea', x, size);
  if (size[0] === 1 && size[1] === 1) return tf.mean<tf.Tensor4D>(x, [1, 2], true);
  const [v, h] = [height / size[0], width / size[1]];
  if (Number.isInteger(v) && Number.isInteger(h)) return v * h === 1 ? x : avgPool2d(x, { kernel: [v, h] });
  return separable(x, areaMatrix(height, size[0]), areaMatrix(width, size[1]));
}

/** PyTorch's name of `resizeArea`. */
export const adaptiveAvgPool2d = resizeArea;

/**
 * GAN2Shape's rule: area when it shrinks, bilinear (edges coincide) when it grows, nothing when it fits; the
 * height decides.
 *
 * @param x [B,H,W,C]
 * @returns [B,size[0],size[1],C]
 * @throws RangeError on a wrong rank, a size below 1, or equal heights with unequal widths
 */
export function resize(x: tf.Tensor4D, size: Size): tf.Tensor4D {
  const [height, width] = imageSize('resize', x, size);
  if (size[0] > height) return resizeBilinear(x, size);
  if (size[0] < height) return resizeArea(x, size);
  if (size[1] !== width) {
    fail(
      'resize',
      `x [${x.shape}] has the height of [${size}] but another width; call resizeArea or resizeBilinear`,
    );
  }
  return x;
}

/**
 * The centre of an image, floor((H − size)/2) from the top and left by the same rule.
 *
 * @param x [B,H,W,C]
 * @returns [B,size,size,C]
 * @throws RangeError on a wrong rank, or a size that exceeds the image
 */
export function cropCentre(x: tf.Tensor4D, size: number): tf.Tensor4D {
  const [batch, height, width, channels] = shape4('cropCentre', 'x', x);
  integer('cropCentre', 'size', size, 1);
  if (size > height || size > width) fail('cropCentre', `size is ${size}, which exceeds x [${x.shape}]`);
  const start = [0, Math.floor((height - size) / 2), Math.floor((width - size) / 2), 0] as Shape4;
  return tf.slice(x, start, [batch, size, size, channels]);
}

function imageSize(op: string, x: tf.Tensor4D, size: Size): [number, number] {
  const [, height, width] = shape4(op, 'x', x);
  integer(op, 'size[0]', size[0], 1);
  integer(op, 'size[1]', size[1], 1);
  return [height, width];
}

/** Every pixel as a block of factor[0]×factor[1] equal ones. */
function repeatPixels(x: tf.Tensor4D, factor: readonly [number, number]): tf.Tensor4D {
  const [v, h] = factor;
  if (v * h === 1) return x;
  const [, height, width] = x.shape;
  const block = Array.from({ length: v }, () => new Array<number>(h).fill(1));
  const op = tf.customGrad((image) => ({
    value: tf.image.resizeNearestNeighbor(image as tf.Tensor4D, [height * v, width * h]),
    gradFunc: (dy: tf.Tensor) => upfirdn2d(dy as tf.Tensor4D, block, { down: factor }),
  }));
  return op(x) as tf.Tensor4D;
}

/**
 * rows · image · columnsᵀ for every channel. Both products have the channels outside, as a recorded graph
 * stores images; the gradient is the same with the matrices transposed.
 */
function separable(x: tf.Tensor4D, rows: InterpolationMatrix, columns: InterpolationMatrix): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const op = tf.customGrad((image) => {
    const planes = tf.transpose(image as tf.Tensor4D, [0, 3, 1, 2]);
    const across = tf.matMul(
      tf.reshape(planes, [batch * channels * height, width]) as tf.Tensor2D,
      constant(transposed(columns)),
    );
    const wide = tf.reshape(across, [batch * channels, height, columns.rows]);
    const both = tf.matMul(tf.expandDims(constant(rows), 0), wide);
    const result = tf.reshape(both, [batch, channels, rows.rows, columns.rows]);
    return {
      value: tf.transpose(result, [0, 2, 3, 1]) as tf.Tensor4D,
      gradFunc: (dy: tf.Tensor) => separable(dy as tf.Tensor4D, transposed(rows), transposed(columns)),
    };
  });
  return op(x) as tf.Tensor4D;
}

function constant({ rows, columns, data }: InterpolationMatrix): tf.Tensor2D {
  return tf.tensor2d(data, [rows, columns]);
}
