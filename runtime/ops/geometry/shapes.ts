import type * as tf from '@tensorflow/tfjs-core';
import { fail } from '../check.ts';

/** A dimension that must match: a number, or a name such as `B` where any size will do. */
type Dimension = number | string;

/** Throws a RangeError unless the tensor has the given rank and every numeric dimension; `what` is `operation: argument`. */
export function expectShape(tensor: tf.Tensor, expected: readonly Dimension[], what: string): void {
  const { shape } = tensor;
  const fits =
    shape.length === expected.length &&
    expected.every((size, axis) => typeof size === 'string' || size === shape[axis]);
  if (!fits) throw new RangeError(`${what} has shape [${shape}], expected [${expected}]`);
}

/** The batch of two tensors of which either may have a batch of 1; throws a RangeError where they differ otherwise. */
export function commonBatch(op: string, a: tf.Tensor, b: tf.Tensor): number {
  const [first, second] = [a.shape[0] ?? 0, b.shape[0] ?? 0];
  if (first !== second && first !== 1 && second !== 1) {
    fail(op, `batches of ${first} and ${second} do not go together`);
  }
  return Math.max(first, second);
}
