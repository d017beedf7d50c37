import * as tf from '@tensorflow/tfjs-core';
import { initial } from '../node-context.ts';
import { conv2d } from '../ops/conv.ts';
import { downsample2d, upsample2d } from '../ops/fir.ts';
import { leakyRelu, leakyReluBias } from '../ops/leaky-relu.ts';
import { convDown, modulatedConv2d } from '../ops/modulated-conv.ts';
import type { Layer, Module, Scope } from './scope.ts';

// Weights are stored with unit variance and scaled when they are used (equalised learning rate, Karras et al. 2018,
// section 4.1). The rectifier's gain √2 is part of these scales, as gain·rectify(x) = rectify(gain·x): filters and
// offsets are small, images are large.

export interface LinearOptions {
  readonly in: number;
  readonly out: number;
  /** Factor on the learning rate of weights and offsets; default 1. */
  readonly rate?: number;
  /** Initial offset; default 0. */
  readonly offset?: number;
  /** Whether a leaky rectifier follows; default false. */
  readonly rectify?: boolean;
}

/** x·w/√in·rate + bias·rate. */
export function equalLinear(options: LinearOptions): Module<tf.Tensor2D> {
  const { in: inputs, out, rate = 1, offset = 0, rectify = false } = options;
  return (scope) => {
    const weight = scope.get<tf.Rank.R2>('weight', [inputs, out], initial.normal(1 / rate));
    const bias = scope.get<tf.Rank.R1>('bias', [out], initial.constant(offset));
    return (x) => {
      const product = tf.matMul<tf.Tensor2D>(tf.mul(x, rate / Math.sqrt(inputs)), weight);
      const scaled = rate === 1 ? bias : tf.mul<tf.Tensor1D>(bias, rate);
      return rectify ? leakyReluBias(product, scaled) : tf.add(product, scaled);
    };
  };
}

export interface EqualConvOptions {
  readonly in: number;
  readonly out: number;
  readonly kernel: number;
}

/** The filter of an equalised convolution, scaled, and by `gain`. */
function equalFilter(
  { in: inputs, out, kernel }: EqualConvOptions,
  { scope, gain }: { readonly scope: Scope; readonly gain: number },
): () => tf.Tensor4D {
  const weight = scope.get<tf.Rank.R4>('weight', [kernel, kernel, inputs, out], initial.normal(1));
  return () => tf.mul(weight, gain / (kernel * Math.sqrt(inputs)));
}

/** Convolution, offset and leaky rectifier. */
export function convLayer(options: EqualConvOptions): Module {
  return (scope) => {
    const filter = equalFilter(options, { scope: scope.at(0), gain: Math.SQRT2 });
    const bias = scope.at(1).get<tf.Rank.R1>('bias', [options.out], initial.zeros);
    return (x) => {
      const convolved = conv2d(x, filter(), { padding: (options.kernel - 1) / 2 });
      return leakyReluBias(convolved, tf.mul(bias, Math.SQRT2), { gain: 1 });
    };
  };
}

/** Blur, convolution of stride 2, offset and leaky rectifier without its gain. */
function convLayerDown(options: EqualConvOptions, taps: readonly number[]): Module {
  return (scope) => {
    const filter = equalFilter(options, { scope: scope.at(1), gain: 1 });
    const bias = scope.at(2).get<tf.Rank.R1>('bias', [options.out], initial.zeros);
    return (x) => leakyReluBias(convDown(x, filter(), taps), bias, { gain: 1 });
  };
}

/** The discriminator's residual block, (main + shortcut)/√2: halves the image. The factor cancels the main path's gain. */
export function residualBlockDown(inputs: number, out: number, taps: readonly number[]): Module {
  return (scope) => {
    const conv1 = convLayer({ in: inputs, out: inputs, kernel: 3 })(scope.at('conv1'));
    const conv2 = convLayerDown({ in: inputs, out, kernel: 3 }, taps)(scope.at('conv2'));
    const skip = equalFilter(
      { in: inputs, out, kernel: 1 },
      { scope: scope.at('skip').at(1), gain: Math.SQRT1_2 },
    );
    return (x) => {
      const shortcut = conv2d(downsample2d(x, { taps }), skip());
      return tf.add(conv2(conv1(x)), shortcut);
    };
  };
}

export interface ModulatedOptions {
  readonly in: number;
  readonly out: number;
  /** Length of the latent that modulates. */
  readonly latent: number;
  readonly kernel: number;
  /** Whether the image is doubled; default false. */
  readonly up?: boolean;
  /** Default true. */
  readonly demodulate?: boolean;
  /** Factor on the result; default 1. */
  readonly gain?: number;
  readonly taps: readonly number[];
}

/** A convolution whose input channels are scaled by an affine function of the latent. */
function modulated(options: ModulatedOptions, scope: Scope): (x: tf.Tensor4D, w: tf.Tensor2D) => tf.Tensor4D {
  const { in: inputs, out, latent, kernel, up = false, demodulate = true, gain = 1, taps } = options;
  const weight = scope.get<tf.Rank.R5>('weight', [kernel, kernel, inputs, out, 1], initial.normal(1));
  const style = equalLinear({ in: latent, out: inputs, offset: 1 })(scope.at('modulation'));
  return (x, w) => {
    const filter = tf.reshape<tf.Rank.R4>(weight, [kernel, kernel, inputs, out]);
    return modulatedConv2d(x, filter, style(w), { demodulate, gain, resample: up ? 'up' : 'none', taps });
  };
}

/** One layer of the synthesis network: modulated convolution, noise, offset and leaky rectifier. */
export function styledConv(options: ModulatedOptions) {
  return (scope: Scope): ((x: tf.Tensor4D, w: tf.Tensor2D, noise: tf.Tensor4D) => tf.Tensor4D) => {
    const convolve = modulated({ ...options, gain: Math.SQRT2 }, scope.at('conv'));
    const strength = scope.get<tf.Rank.R1>('noise.weight', [1], initial.zeros);
    const bias = scope.get<tf.Rank.R1>('activate.bias', [options.out], initial.zeros);
    return (x, w, noise) => {
      const offset = tf.add<tf.Tensor4D>(
        tf.mul(tf.mul(strength, Math.SQRT2), noise),
        tf.mul(bias, Math.SQRT2),
      );
      return leakyRelu(tf.add(convolve(x, w), offset));
    };
  };
}

/** Features to colours, added to the doubled colours of the previous resolution. */
export function toRgb({ in: inputs, latent, taps }: Pick<ModulatedOptions, 'in' | 'latent' | 'taps'>) {
  return (scope: Scope): ((x: tf.Tensor4D, w: tf.Tensor2D, previous?: tf.Tensor4D) => tf.Tensor4D) => {
    const options = { in: inputs, out: 3, latent, kernel: 1, demodulate: false, taps };
    const convolve = modulated(options, scope.at('conv'));
    const bias = scope.get<tf.Rank.R4>('bias', [1, 1, 3, 1], initial.zeros);
    return (x, w, previous) => {
      const colours = tf.add<tf.Tensor4D>(convolve(x, w), tf.reshape(bias, [3]));
      return previous ? tf.add(colours, upsample2d(previous, { taps })) : colours;
    };
  };
}

/** To unit mean square along the last axis. */
export const pixelNorm: Layer<tf.Tensor2D> = (x) =>
  tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), 1, true), 1e-8)));
