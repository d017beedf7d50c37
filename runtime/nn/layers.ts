import * as tf from '@tensorflow/tfjs-core';
import { type Initializer, initial } from '../node-context.ts';
import { type ConvOptions, conv2d, convTranspose2d } from '../ops/conv.ts';
import { groupNorm as normaliseGroups } from '../ops/group-norm.ts';
import { leakyRelu as rectify } from '../ops/leaky-relu.ts';
import { resizeNearest } from '../ops/resize.ts';
import type { Module } from './scope.ts';

/** Channels and kernel of a convolution. */
export interface ConvShape extends ConvOptions {
  readonly in: number;
  readonly out: number;
  readonly kernel: number;
  /** Whether it adds an offset per channel; default false. */
  readonly bias?: boolean;
}

/** What PyTorch fills convolutions with: uniform in ±1/√fan, fan being the number of inputs of an output. */
function uniformByFan(fan: number): Initializer {
  return initial.uniform(1 / Math.sqrt(fan));
}

/** Convolution with weights `weight` [k,k,in,out] and, where asked for, `bias` [out]. */
export function conv({ in: inputs, out, kernel, bias = false, ...options }: ConvShape): Module {
  const init = uniformByFan(inputs * kernel ** 2);
  return (scope) => {
    const filter = scope.get<tf.Rank.R4>('weight', [kernel, kernel, inputs, out], init);
    const offset = bias ? scope.get<tf.Rank.R1>('bias', [out], init) : undefined;
    return (x) => {
      const y = conv2d(x, filter, options);
      return offset ? tf.add(y, offset) : y;
    };
  };
}

/** Transposed convolution with weights `weight` [k,k,out,in] and no offset. */
export function convTranspose({ in: inputs, out, kernel, ...options }: Omit<ConvShape, 'bias'>): Module {
  // PyTorch takes the second axis of the weights for the inputs, which here is the outputs'.
  const init = uniformByFan(out * kernel ** 2);
  return (scope) => {
    const filter = scope.get<tf.Rank.R4>('weight', [kernel, kernel, out, inputs], init);
    return (x) => convTranspose2d(x, filter, options);
  };
}

/** Group normalisation with `weight` and `bias` [channels]. */
export function groupNorm(groups: number, channels: number): Module {
  return (scope) => {
    const gain = scope.get<tf.Rank.R1>('weight', [channels], initial.ones);
    const offset = scope.get<tf.Rank.R1>('bias', [channels], initial.zeros);
    return (x) => normaliseGroups(x, gain, offset, { groups });
  };
}

export const relu: Module = () => (x) => tf.relu(x);

export const tanh: Module = () => (x) => tf.tanh(x);

export function leakyRelu(slope: number): Module {
  return () => (x) => rectify(x, { slope });
}

/** Every pixel as a block of 2×2 equal ones. */
export const doubleNearest: Module = () => (x) => resizeNearest(x, [2 * x.shape[1], 2 * x.shape[2]]);

/** One after the other; each finds its weights under its position, as in PyTorch's `nn.Sequential`. */
export function sequential(modules: readonly Module[]): Module {
  return (scope) => {
    const layers = modules.map((module, i) => module(scope.at(i)));
    return (x) => layers.reduce((y, layer) => layer(y), x);
  };
}
