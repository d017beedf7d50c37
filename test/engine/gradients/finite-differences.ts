import * as tf from '@tensorflow/tfjs-core';

/** One operation to differentiate. */
export interface GradientCase {
  readonly name: string;
  readonly op: (...inputs: tf.Tensor[]) => tf.Tensor;
  /** Shapes of the inputs, filled with smooth pseudo-random values. */
  readonly shapes: readonly (readonly number[])[];
  /** Range of the values; the default keeps away from zero, where many slopes jump. */
  readonly range?: readonly [number, number];
  /** Values of the first input, where random ones would not do. */
  readonly values?: readonly number[];
  /** Whether the second derivative is checked too (default: yes). */
  readonly second?: boolean;
  readonly step?: number;
}

type Operation = (...inputs: tf.Tensor[]) => tf.Tensor;

/** A deterministic sequence in [0, 1) without ties (multiples of the golden ratio). */
const golden = (i: number) => (i * 0.6180339887498949 + 0.137) % 1;

function fill(shape: readonly number[], [low, high]: readonly [number, number], seed: number): tf.Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  const values = Array.from({ length: size }, (_, i) => low + (high - low) * golden(i + 17 * seed));
  return tf.tensor(values, [...shape]);
}

/** The inputs of a case. */
export function inputsOf({ shapes, range = [0.2, 1.7], values }: GradientCase): tf.Tensor[] {
  return shapes.map((shape, i) =>
    i === 0 && values ? tf.tensor([...values], [...shape]) : fill(shape, range, i + 1),
  );
}

/** Weights that turn any output into a scalar. */
export const weightsLike = (shape: readonly number[]): tf.Tensor => fill(shape, [-1, 1], 9);

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? Number.NaN) * (b[i] ?? Number.NaN);
  return sum;
};

/** Central differences of sum(op(inputs) · weights), summed in double precision. */
function numericGradients(op: Operation, inputs: tf.Tensor[], weights: tf.Tensor, step: number): number[][] {
  const w = weights.dataSync();
  const value = (changed: tf.Tensor[]) => tf.tidy(() => dot(op(...changed).dataSync(), w));
  return inputs.map((input, k) => {
    const data = input.dataSync();
    return Array.from(data, (_, i) => {
      const at = (delta: number) => {
        const moved = Float32Array.from(data);
        moved[i] = (moved[i] ?? 0) + delta;
        const tensor = tf.tensor(moved, input.shape);
        return { value: value(inputs.map((t, j) => (j === k ? tensor : t))), x: moved[i] ?? 0 };
      };
      const [above, below] = [at(step), at(-step)];
      return (above.value - below.value) / (above.x - below.x);
    });
  });
}

/** The gradients that the tape gives, to every input. */
export function tapeGradients(op: Operation, inputs: tf.Tensor[], weights: tf.Tensor): tf.Tensor[] {
  return tf.grads((...xs: tf.Tensor[]) => tf.sum(tf.mul(op(...xs), weights)))(inputs);
}

/** The largest difference, relative to the larger of one and the largest value. */
function worst(actual: tf.Tensor[], expected: number[][]): number {
  let error = 0;
  let scale = 1;
  actual.forEach((tensor, k) => {
    const data = tensor.dataSync();
    expected[k]?.forEach((value, i) => {
      scale = Math.max(scale, Math.abs(value));
      const difference = Math.abs((data[i] ?? Number.NaN) - value);
      error = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(error, difference);
    });
  });
  return error / scale;
}

/** Error of the first derivative against central differences. */
export function firstOrderError({ op, step = 1e-2, ...rest }: GradientCase): number {
  const inputs = inputsOf({ op, ...rest, name: '' });
  const weights = weightsLike(op(...inputs).shape);
  return worst(tapeGradients(op, inputs, weights), numericGradients(op, inputs, weights, step));
}

/**
 * Error of the second derivative against central differences of the first, to the inputs and to dy. The
 * operation is followed by y + y²/2, so that linear ones have a second derivative too.
 */
export function secondOrderError({ op: linear, step = 1e-2, ...rest }: GradientCase): number {
  const inputs = inputsOf({ op: linear, ...rest, name: '' });
  const op: Operation = (...xs) => {
    const y = linear(...xs);
    return tf.add(y, tf.mul(0.5, tf.square(y)));
  };
  const weights = weightsLike(op(...inputs).shape);
  const flat = (tensors: tf.Tensor[]) => tf.concat(tensors.map((tensor) => tf.reshape(tensor, [-1])));
  const slope: Operation = (...all) => flat(tapeGradients(op, all.slice(0, -1), all.at(-1) as tf.Tensor));
  const all = [...inputs, weights];
  const outer = weightsLike(slope(...all).shape);
  return worst(tapeGradients(slope, all, outer), numericGradients(slope, all, outer, step));
}
