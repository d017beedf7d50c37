import type * as tf from '@tensorflow/tfjs-core';
import { fail, integer } from './check.ts';
import { type Padding, upfirdn2d } from './upfirdn.ts';

/** StyleGAN2's low-pass filter, one row of the separable kernel, before normalisation. */
export const BLUR_TAPS: readonly number[] = [1, 3, 3, 1];

/** Options of `upsample2d` and `downsample2d`. */
export interface ResampleOptions {
  /** One row of the separable kernel; scaled to sum 1 here. Default [1, 3, 3, 1]. */
  readonly taps?: readonly number[];
  /** Default 2. */
  readonly factor?: number;
}

/** Options of `blur2d`. */
export interface BlurOptions {
  /** One row of the separable kernel; scaled to sum 1 here. Default [1, 3, 3, 1]. */
  readonly taps?: readonly number[];
  /** Zeros around the image; default: what keeps its size, the odd one before. */
  readonly padding?: Padding;
  /** Factor on the result: the square of the upsampling factor after zero insertion. Default 1. */
  readonly gain?: number;
}

/**
 * Low-pass filter.
 * @param x [B,H,W,C]
 */
export function blur2d(x: tf.Tensor4D, options: BlurOptions = {}): tf.Tensor4D {
  const taps = normalised('blur2d', options.taps ?? BLUR_TAPS);
  const border = taps.length - 1;
  const padding = options.padding ?? ([Math.ceil(border / 2), Math.floor(border / 2)] as const);
  return upfirdn2d(x, taps, { padding, gain: options.gain ?? 1 });
}

/**
 * Zero insertion and low-pass filter with gain factor², as between the RGB images of StyleGAN2's generator.
 * @param x [B,H,W,C]
 * @returns [B,H·factor,W·factor,C]
 */
export function upsample2d(x: tf.Tensor4D, options: ResampleOptions = {}): tf.Tensor4D {
  const { taps, factor, border } = resampling('upsample2d', options);
  const padding = [Math.ceil(border / 2) + factor - 1, Math.floor(border / 2)] as const;
  return upfirdn2d(x, taps, { up: factor, padding, gain: factor ** 2 });
}

/**
 * Low-pass filter and decimation.
 * @param x [B,H,W,C]
 * @returns [B,⌊H/factor⌋,⌊W/factor⌋,C]
 */
export function downsample2d(x: tf.Tensor4D, options: ResampleOptions = {}): tf.Tensor4D {
  const { taps, factor, border } = resampling('downsample2d', options);
  return upfirdn2d(x, taps, { down: factor, padding: [Math.ceil(border / 2), Math.floor(border / 2)] });
}

function resampling(op: string, options: ResampleOptions) {
  const taps = normalised(op, options.taps ?? BLUR_TAPS);
  const factor = integer(op, 'factor', options.factor ?? 2, 1);
  const border = taps.length - factor;
  if (border < 0)
    fail(op, `${taps.length} taps cannot filter a factor of ${factor}, expected at least ${factor}`);
  return { taps, factor, border };
}

function normalised(op: string, taps: readonly number[]): number[] {
  const sum = taps.reduce((total, tap) => total + tap, 0);
  if (!(Math.abs(sum) > 0)) fail(op, `taps [${taps}] sum to ${sum}, expected a sum other than 0`);
  return taps.map((tap) => tap / sum);
}
