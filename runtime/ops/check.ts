import type * as tf from '@tensorflow/tfjs-core';

/** A value for both axes, or [vertical, horizontal]. */
export type Pair = number | readonly [number, number];

/** A shape [batch, height, width, channels]. */
export type Shape4 = [number, number, number, number];

/** Throws an error that names the operation. */
export function fail(op: string, message: string): never {
  throw new RangeError(`${op}: ${message}`);
}

/** The shape of a tensor of rank 4; refuses every other rank. */
export function shape4(op: string, name: string, tensor: tf.Tensor, layout = '[B,H,W,C]'): Shape4 {
  if (tensor.rank !== 4) fail(op, `${name} has shape [${tensor.shape}], expected rank 4 ${layout}`);
  return tensor.shape as Shape4;
}

/** Refuses a tensor whose shape is not exactly the expected one. */
export function expectShape(op: string, name: string, tensor: tf.Tensor, expected: readonly number[]): void {
  const { shape } = tensor;
  if (shape.length !== expected.length || shape.some((size, i) => size !== expected[i])) {
    fail(op, `${name} has shape [${shape}], expected [${expected}]`);
  }
}

/** Both values of a pair, each an integer of at least `least`. */
export function integerPair(op: string, name: string, value: Pair, least: number): [number, number] {
  const pair: [number, number] = typeof value === 'number' ? [value, value] : [value[0], value[1]];
  for (const entry of pair) integer(op, name, entry, least);
  return pair;
}

/** An integer of at least `least`. */
export function integer(op: string, name: string, value: number, least: number): number {
  if (!Number.isInteger(value) || value < least) {
    fail(op, `${name} is ${value}, expected an integer of at least ${least}`);
  }
  return value;
}
