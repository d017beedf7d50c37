import * as tf from '@tensorflow/tfjs-core';
import { initial } from '../node-context.ts';
import { type ConvOptions, conv2d } from '../ops/conv.ts';
import type { Module } from './scope.ts';

// PyTorch's default for batch normalisation.
const EPSILON = 1e-5;

export interface ConvNormOptions extends ConvOptions {
  readonly in: number;
  readonly out: number;
  readonly kernel: number;
  /** Where the weights of the convolution and of the normalisation are. */
  readonly names: readonly [conv: string, norm: string];
}

/**
 * A convolution and batch normalisation (Ioffe and Szegedy 2015) as at evaluation: with running averages it is an
 * affine map of each channel, which goes into the filter. Networks that are only evaluated need no other form.
 */
export function convNorm({ in: inputs, out, kernel, names, ...options }: ConvNormOptions): Module {
  return (scope) => {
    const [convScope, norm] = [scope.at(names[0]), scope.at(names[1])];
    const deviation = Math.sqrt(2 / (inputs * kernel ** 2));
    const filter = convScope.get<tf.Rank.R4>(
      'weight',
      [kernel, kernel, inputs, out],
      initial.normal(deviation),
    );
    const gain = norm.get<tf.Rank.R1>('weight', [out], initial.ones);
    const offset = norm.get<tf.Rank.R1>('bias', [out], initial.zeros);
    const mean = norm.get<tf.Rank.R1>('running_mean', [out], initial.zeros, { trainable: false });
    const variance = norm.get<tf.Rank.R1>('running_var', [out], initial.ones, { trainable: false });
    return (x) => {
      const scale = tf.mul(gain, tf.rsqrt(tf.add(variance, EPSILON)));
      const scaled = conv2d(x, tf.mul<tf.Tensor4D>(filter, scale), options);
      return tf.add(scaled, tf.sub(offset, tf.mul(mean, scale)));
    };
  };
}

/** {@link convNorm} and a rectifier. */
export function convNormRelu(options: ConvNormOptions): Module {
  const module = convNorm(options);
  return (scope) => {
    const layer = module(scope);
    return (x) => tf.relu(layer(x));
  };
}
