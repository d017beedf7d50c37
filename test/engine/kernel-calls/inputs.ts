import * as tf from '@tensorflow/tfjs-core';

/** A call of a TensorFlow.js kernel on small tensors. */
export interface KernelCall {
  readonly kernel: string;
  /** What is special about it. */
  readonly variant?: string;
  readonly run: () => tf.Tensor | tf.Tensor[];
}

/** Fixed values between -1 and 1, none of them a tie. More than 16 elements, so that they are fed, not folded. */
export function values(shape: readonly number[], seed = 1): tf.Tensor {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(7.13 * (i + 1) + 1.7 * seed)),
    [...shape],
  );
}

export const IMAGE = [2, 6, 6, 3] as const;
export const x = () => values(IMAGE) as tf.Tensor4D;
export const y = () => values(IMAGE, 2) as tf.Tensor4D;
export const positive = () =>
  tf.tensor(
    values(IMAGE)
      .dataSync()
      .map((value) => Math.abs(value) + 0.1),
    [...IMAGE],
  );
export const above1 = () =>
  tf.tensor(
    values(IMAGE)
      .dataSync()
      .map((value) => Math.abs(value) + 1.1),
    [...IMAGE],
  );
export const whole = (seed = 1) =>
  tf.tensor(
    Int32Array.from(values(IMAGE, seed).dataSync(), (value) => Math.round(9 * value)),
    [...IMAGE],
    'int32',
  );
export const flags = (seed = 1) =>
  tf.tensor(
    Uint8Array.from(values(IMAGE, seed).dataSync(), (value) => Number(value > 0)),
    [...IMAGE],
    'bool',
  );
export const indices = (count: number, below: number) =>
  tf.tensor(
    Int32Array.from({ length: count }, (_, i) => (i * 7 + 3) % below),
    [count],
    'int32',
  );
export const filter = (shape: readonly number[]) => values(shape, 3) as tf.Tensor4D;

export const unary = (
  kernel: string,
  op: (input: tf.Tensor) => tf.Tensor,
  input: () => tf.Tensor = x,
): KernelCall => ({
  kernel,
  run: () => op(input()),
});
export const binary = (kernel: string, op: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): KernelCall => ({
  kernel,
  run: () => op(x(), y()),
});
export const call = (
  kernel: string,
  inputs: Record<string, tf.Tensor>,
  attrs: object = {},
): tf.Tensor | tf.Tensor[] =>
  tf.engine().runKernel(kernel, inputs, attrs as tf.NamedAttrMap) as tf.Tensor | tf.Tensor[];
