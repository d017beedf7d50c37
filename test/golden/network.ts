import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../../runtime/engine/index.ts';
import { hostScope } from '../../runtime/nn/host-weights.ts';
import type { Scope } from '../../runtime/nn/scope.ts';
import { toTorch } from '../../runtime/nn/torch-weights.ts';
import type { Check } from './check.ts';
import type { GoldenCase } from './fixture.ts';

/** The arguments of the reference's constructor: numbers by name, and whether a tanh follows. */
export function constructorOf(golden: GoldenCase): {
  readonly number: (name: string) => number;
  readonly activation: 'none' | 'tanh';
} {
  const args = recordOf(golden.args, 'constructor');
  const { activation } = args;
  if (activation !== null && activation !== undefined && activation !== 'Tanh') {
    throw new Error(`args.constructor.activation: ${JSON.stringify(activation)} is not known`);
  }
  return {
    activation: activation === 'Tanh' ? 'tanh' : 'none',
    number: (name) => numberOf(args, name),
  };
}

/** An object of an object; empty where there is none. */
export function recordOf(value: object, key: string): { readonly [name: string]: unknown } {
  const found = Object.getOwnPropertyDescriptor(value, key)?.value;
  return typeof found === 'object' && found !== null ? found : {};
}

/** A number of the arguments. */
export function numberOf(args: { readonly [name: string]: unknown }, name: string): number {
  const value = args[name];
  if (typeof value === 'number') return value;
  throw new Error(`argument ${name}: expected a number, found ${JSON.stringify(value)}`);
}

/** The first checkpoint of a case whose name matches, as networks load it. */
export function fileOf(golden: GoldenCase, pattern = /\.pth?$/) {
  const { files = [] } = JSON.parse(readFileSync(join(golden.folder, 'case.json'), 'utf8')) as {
    readonly files?: readonly { readonly file: string }[];
  };
  const found = files.find(({ file }) => pattern.test(file));
  if (!found) throw new Error(`the case names no file like ${pattern}`);
  return { file: found.file, context: { resolve: (path: string) => resolve(golden.folder, path) } };
}

/**
 * Runs a case that stores `input` and `grad_weights` of a network: compares `output`, `scalar` = Σ output·grad_weights
 * and its gradients by the input and by the weights in the names of `grad_param:…`.
 */
export async function checkNetwork(
  golden: GoldenCase,
  check: Check,
  {
    weights,
    apply,
  }: {
    weights: ReadonlyMap<string, HostTensor>;
    apply: (scope: Scope, input: tf.Tensor4D) => tf.Tensor;
  },
): Promise<void> {
  const input = golden.image('input');
  const output = apply(hostScope(weights), input);
  const isImage = output.rank === 4;
  await (isImage ? check.image('output', output) : check.tensor('output', output));
  const outputWeights = isImage ? golden.image('grad_weights') : golden.tensor('grad_weights');
  await check.tensor('scalar', tf.sum(tf.mul(output, outputWeights)));

  const params = golden.matching(/^grad_param:(.+)$/).map(([, match]) => match[1] ?? '');
  const initial = params.map((name) => {
    const value = weights.get(name);
    if (!value) throw new Error(`the network has no weight ${name}`);
    return tf.tensor(value.data, [...value.shape]);
  });
  const gradients = tf.grads((image: tf.Tensor, ...tensors: tf.Tensor[]) => {
    const replaced = Object.fromEntries(params.map((name, i) => [name, tensors[i] as tf.Tensor]));
    return tf.sum(tf.mul(apply(hostScope(weights, replaced), image as tf.Tensor4D), outputWeights));
  })([input, ...initial]);
  await check.image('grad_input', gradients[0] as tf.Tensor);
  for (const [i, name] of params.entries()) {
    const { data, shape } = await onHost(gradients[i + 1] as tf.Tensor);
    check.values(`grad_param:${name}`, asTorch({ data, shape }));
  }
}

async function onHost(tensor: tf.Tensor): Promise<HostTensor> {
  return { data: (await tensor.data()) as Float32Array, shape: tensor.shape };
}

function asTorch(value: HostTensor): { values: Float32Array | Int32Array; shape: readonly number[] } {
  const { data, shape } = toTorch(value);
  return { values: data, shape };
}
