import * as tf from '@tensorflow/tfjs-core';
import { expectShape, fail, shape4 } from './check.ts';
import { conv2d, convTranspose2d } from './conv.ts';
import { BLUR_TAPS, blur2d } from './fir.ts';

/** Variants of a modulated convolution. */
export interface ModulatedConvOptions {
  /** Scale every output channel to unit expected variance; default true. */
  readonly demodulate?: boolean;
  /** `up` doubles the image's size, `down` halves it; default `none`. */
  readonly resample?: 'none' | 'up' | 'down';
  /** Equalised learning rate: factor on the weights; default 1/√(kh·kw·Ci). */
  readonly scale?: number;
  /** One row of the blur that goes with resampling; default [1, 3, 3, 1]. */
  readonly taps?: readonly number[];
  /** Added to the squared norm; default 1e-8. */
  readonly eps?: number;
  /** Factor on the result; default 1. */
  readonly gain?: number;
}

/**
 * StyleGAN2's modulated convolution (Karras et al. 2020, section 2.2, equations 1 and 3).
 *
 * Weights that differ per sample, w[i,o]·style[b,i] / norm[b,o], are the same as one shared convolution between
 * a scaled input and a scaled output; that is how it is computed, several times faster than per-sample filters.
 *
 * @param x [B,H,W,Ci]
 * @param weight [kh,kw,Ci,Co]
 * @param style [B,Ci], the output of the affine layer (around 1)
 * @returns [B,H',W',Co], H' = H (for odd kernels), 2H or H/2
 * @throws RangeError on shapes that do not fit, or an odd kernel where one is needed
 */
export function modulatedConv2d(
  x: tf.Tensor4D,
  weight: tf.Tensor4D,
  style: tf.Tensor2D,
  options: ModulatedConvOptions = {},
): tf.Tensor4D {
  const op = 'modulatedConv2d';
  const [batch, , , channels] = shape4(op, 'x', x);
  const [kh, kw, ci, co] = shape4(op, 'weight', weight, '[kh,kw,Ci,Co]');
  if (ci !== channels)
    fail(op, `weight [${weight.shape}] takes ${ci} channels, x [${x.shape}] has ${channels}`);
  if (kh !== kw || kh % 2 === 0)
    fail(op, `weight [${weight.shape}] has a ${kh}×${kw} kernel, expected odd and square`);
  expectShape(op, 'style', style, [batch, channels]);
  const { demodulate = true, scale = 1 / Math.sqrt(kh * kw * ci), eps = 1e-8, gain = 1 } = options;
  return tf.tidy(() => {
    // Constants go to the smallest of the factors, and the weights stay as they are stored.
    const factor = tf.mul(style, demodulate ? scale : scale * gain);
    const scaled = tf.mul<tf.Tensor4D>(x, tf.reshape(factor, [batch, 1, 1, ci]));
    const convolved = convolve(scaled, weight, options);
    if (!demodulate) return convolved;
    const energy = tf.matMul<tf.Tensor2D>(tf.square(factor), tf.sum(tf.square(weight), [0, 1]));
    const norm = tf.rsqrt(tf.add(energy, eps));
    return tf.mul(convolved, tf.reshape(gain === 1 ? norm : tf.mul(norm, gain), [batch, 1, 1, co]));
  });
}

function convolve(x: tf.Tensor4D, weight: tf.Tensor4D, options: ModulatedConvOptions): tf.Tensor4D {
  const { resample = 'none', taps = BLUR_TAPS } = options;
  const kernel = weight.shape[0];
  if (resample === 'none') return conv2d(x, weight, { padding: (kernel - 1) / 2 });
  return resample === 'up' ? convUp(x, weight, taps) : convDown(x, weight, taps);
}

/**
 * Transposed convolution of stride 2, then a blur with gain 4, padded so that the size doubles.
 * @param weight [kh,kw,Ci,Co]
 */
function convUp(x: tf.Tensor4D, weight: tf.Tensor4D, taps: readonly number[]): tf.Tensor4D {
  const border = taps.length - 2 - (weight.shape[0] - 1);
  const padding = [Math.floor((border + 1) / 2) + 1, Math.floor(border / 2) + 1] as const;
  const wide = convTranspose2d(x, tf.transpose(weight, [0, 1, 3, 2]), { stride: 2 });
  return blur2d(wide, { taps, padding, gain: 4 });
}

/**
 * A blur, then a convolution of stride 2, padded so that the size halves: also the strided layers of
 * StyleGAN2's discriminator.
 *
 * @param x [B,H,W,Ci]
 * @param weight [k,k,Ci,Co]
 * @param taps one row of the blur; default [1, 3, 3, 1]
 * @returns [B,H/2,W/2,Co]
 */
export function convDown(
  x: tf.Tensor4D,
  weight: tf.Tensor4D,
  taps: readonly number[] = BLUR_TAPS,
): tf.Tensor4D {
  const border = taps.length - 2 + (weight.shape[0] - 1);
  const padding = [Math.floor((border + 1) / 2), Math.floor(border / 2)] as const;
  return tf.tidy(() => conv2d(blur2d(x, { taps, padding }), weight, { stride: 2 }));
}
