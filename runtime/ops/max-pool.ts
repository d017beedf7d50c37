import * as tf from '@tensorflow/tfjs-core';
import { fail, integer, shape4 } from './check.ts';

/** Geometry of maximum pooling over square windows. */
export interface MaxPoolOptions {
  readonly kernel: number;
  /** Default: the kernel's size. */
  readonly stride?: number;
  /** Cells of −∞ around the image, at most half the kernel; default 0. */
  readonly padding?: number;
}

/**
 * Maximum pooling (PyTorch's `max_pool2d`, floor mode). The first maximum of a window, in row order, takes its
 * gradient.
 *
 * @param x [B,H,W,C]
 * @returns [B,H',W',C] with H' = floor((H + 2·padding − kernel) / stride) + 1
 * @throws RangeError on a wrong rank, padding above half the kernel, or an empty output
 */
export function maxPool2d(x: tf.Tensor4D, options: MaxPoolOptions): tf.Tensor4D {
  const op = 'maxPool2d';
  const [, height, width] = shape4(op, 'x', x);
  const kernel = integer(op, 'kernel', options.kernel, 1);
  const stride = integer(op, 'stride', options.stride ?? kernel, 1);
  const padding = integer(op, 'padding', options.padding ?? 0, 0);
  if (2 * padding > kernel) fail(op, `padding is ${padding}, expected at most half the kernel of ${kernel}`);
  if (Math.min(height, width) + 2 * padding < kernel)
    fail(op, `kernel ${kernel} exceeds x [${x.shape}] with padding ${padding}`);
  return tf.maxPool(x, kernel, stride, padding, 'floor');
}
