import * as tf from '@tensorflow/tfjs-core';
import { fail, integerPair, type Pair, shape4 } from './check.ts';
import { upfirdn2d } from './upfirdn.ts';

/** Geometry of average pooling. */
export interface AvgPoolOptions {
  readonly kernel: Pair;
  /** Default: the kernel's size. */
  readonly stride?: Pair;
  /** Zeros around the image, at most half the kernel; default 0. */
  readonly padding?: Pair;
  /** Whether padded zeros count as values of the mean; default true, as in PyTorch. */
  readonly countIncludePad?: boolean;
}

/**
 * Average pooling (PyTorch's `avg_pool2d`, floor mode), differentiable to any order.
 *
 * @param x [B,H,W,C]
 * @returns [B,H',W',C] with H' = floor((H + 2·padding − kernel) / stride) + 1
 * @throws RangeError on a wrong rank, padding above half the kernel, or an empty output
 */
export function avgPool2d(x: tf.Tensor4D, options: AvgPoolOptions): tf.Tensor4D {
  const op = 'avgPool2d';
  const [, height, width] = shape4(op, 'x', x);
  const kernel = integerPair(op, 'kernel', options.kernel, 1);
  const stride = integerPair(op, 'stride', options.stride ?? options.kernel, 1);
  const padding = integerPair(op, 'padding', options.padding ?? 0, 0);
  if (padding.some((pad, i) => 2 * pad > (kernel[i] as number))) {
    fail(op, `padding is [${padding}], expected at most half the kernel [${kernel}]`);
  }
  return tf.tidy(() => {
    const [v, h] = padding;
    const ones = Array.from({ length: kernel[0] }, () => new Array<number>(kernel[1]).fill(1));
    const mean = upfirdn2d(x, ones, {
      down: stride,
      padding: [v, v, h, h],
      gain: 1 / (kernel[0] * kernel[1]),
    });
    if (options.countIncludePad !== false || v + h === 0) return mean;
    const share = (size: number, i: 0 | 1) => coverage(size, kernel[i], stride[i], padding[i]);
    const [rows, columns] = [share(height, 0), share(width, 1)];
    const factor = rows.flatMap((row) => columns.map((column) => 1 / (row * column)));
    return tf.mul(mean, tf.tensor4d(factor, [1, rows.length, columns.length, 1]));
  });
}

/** The share of each window that lies within the image. */
function coverage(size: number, kernel: number, stride: number, padding: number): number[] {
  const count = Math.floor((size + 2 * padding - kernel) / stride) + 1;
  return Array.from({ length: count }, (_, i) => {
    const start = i * stride - padding;
    return (Math.min(start + kernel, size) - Math.max(start, 0)) / kernel;
  });
}
