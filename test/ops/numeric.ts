import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import { registerGradients } from '../../runtime/engine/gradients/index.ts';

registerGradients();

/** What every operation is tested on. */
export const ENGINES = ['cpu', 'onnx:cpu'] as const;

/** A scalar formula in double precision. */
export type Formula = (...inputs: Float64Array[]) => number;

/** Deterministic values in [-1, 1), a multiple of 2⁻²⁰ so that single precision holds them exactly. */
export function noise(count: number, seed: number): Float64Array {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 11) / 2 ** 20 - 1;
  });
}

export function size(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** A double-precision array as a float tensor. */
export function tensor<R extends tf.Rank>(data: Float64Array, shape: tf.ShapeMap[R]): tf.Tensor<R> {
  return tf.tensor(Float32Array.from(data), shape, 'float32') as tf.Tensor<R>;
}

/** Central differences of a formula by its input number `index`. */
export function numericGradient(
  formula: Formula,
  inputs: Float64Array[],
  index: number,
  step = 1e-4,
): Float64Array {
  const moved = inputs.map((input) => Float64Array.from(input));
  const variable = moved[index] as Float64Array;
  return variable.map((value, i) => {
    variable[i] = value + step;
    const above = formula(...moved);
    variable[i] = value - step;
    const below = formula(...moved);
    variable[i] = value;
    return (above - below) / (2 * step);
  });
}

/** Asserts |actual − expected| ≤ tolerance · max|expected| everywhere. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5): void {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(1e-6, ...Array.from(expected, Math.abs));
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((actual[i] as number) - (expected[i] as number));
    if (!(difference <= worst)) worst = difference;
  }
  expect(worst / scale).toBeLessThanOrEqual(tolerance);
}

/** What `checkOperation` is given. */
export interface OperationCheck {
  readonly shapes: readonly (readonly number[])[];
  /** Values of the inputs; default: noise. */
  readonly inputs?: Float64Array[];
  /** The operation on tensors. */
  readonly op: (...inputs: tf.Tensor[]) => tf.Tensor;
  /** The same in double precision, by plain loops. */
  readonly formula: (...inputs: Float64Array[]) => Float64Array;
  /** Also compares second derivatives along a random direction. */
  readonly second?: boolean;
  readonly tolerance?: number;
}

/**
 * Compares an operation's values with the formula, the gradients of Σ r·out² + q·out with central differences,
 * without tensors left over, and with `second` the gradients of Σ direction·gradient, which need the gradient of every gradient.
 */
export function checkOperation(check: OperationCheck): void {
  const { shapes, op, formula, tolerance = 2e-4 } = check;
  const inputs = check.inputs ?? shapes.map((shape, i) => noise(size(shape), i + 1));
  const tensors = inputs.map((data, i) => tensor(data, [...(shapes[i] as number[])] as tf.ShapeMap[tf.Rank]));
  const expected = formula(...inputs);
  const before = tf.memory().numTensors;
  const out = op(...tensors);
  expect(tf.memory().numTensors - before).toBe(tensors.includes(out) ? 0 : 1);
  expectClose(out.dataSync(), expected, 1e-5);

  const r = noise(expected.length, 101);
  const q = noise(expected.length, 102);
  const double: Formula = (...args) =>
    formula(...args).reduce(
      (total, value, i) => total + value * value * (r[i] as number) + value * (q[i] as number),
      0,
    );
  const [rt, qt] = [tensor(r, out.shape), tensor(q, out.shape)] as [tf.Tensor, tf.Tensor];
  const single = (...args: tf.Tensor[]) => {
    const value = op(...args);
    return tf.sum(tf.add(tf.mul(tf.square(value), rt), tf.mul(value, qt))) as tf.Scalar;
  };
  const held = tf.memory().numTensors;
  const gradients = tf.grads(single)(tensors);
  expect(tf.memory().numTensors - held).toBe(gradients.length);
  gradients.forEach((gradient, i) => {
    expect(gradient.shape).toEqual(shapes[i]);
    expectClose(gradient.dataSync(), numericGradient(double, inputs, i), tolerance);
  });
  if (!check.second) return;

  const directions = inputs.map((input, i) => noise(input.length, 201 + i));
  const directionTensors = directions.map((data, i) =>
    tensor(data, [...(shapes[i] as number[])] as tf.ShapeMap[tf.Rank]),
  );
  const slope = (...args: tf.Tensor[]) =>
    tf
      .grads(single)(args)
      .map((gradient, i) => tf.sum(tf.mul(gradient, directionTensors[i] as tf.Tensor)))
      .reduce((total, part) => tf.add(total, part)) as tf.Scalar;
  const along: Formula = (...args) => {
    const step = 1e-3;
    const moved = (sign: number) =>
      args.map((input, i) => input.map((value, j) => value + sign * step * (directions[i]?.[j] as number)));
    return (double(...moved(1)) - double(...moved(-1))) / (2 * step);
  };
  tf.grads(slope)(tensors).forEach((gradient, i) => {
    expectClose(gradient.dataSync(), numericGradient(along, inputs, i, 1e-3), Math.max(tolerance, 5e-4));
  });
}
