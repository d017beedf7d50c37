import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect } from 'vitest';
import { compile, useEngine as startEngine } from '../../../runtime/engine/index.ts';

/** What makes one or more tensors out of constants. */
export type Computation = () => tf.Tensor | tf.Tensor[];

export interface Result {
  readonly shape: number[];
  readonly dtype: tf.DataType;
  readonly data: number[];
}

let started = false;

/** Makes the onnx engine current. */
export async function startOnnx(): Promise<void> {
  if (started) await tf.setBackend('onnx');
  else await startEngine('onnx', { threads: 1 });
  started = true;
}

/** Runs a computation on the onnx engine as it is, operation by operation. */
export function eager(compute: Computation): Result[] {
  return read(tf.tidy(() => compute() as tf.Tensor[]));
}

/** Runs it on the onnx engine as one compiled step: ONNX Runtime folds the constants. */
export function compiled(compute: Computation): Result[] {
  const step = compile(() => compute() as tf.Tensor[], { checkFinite: false });
  try {
    return read(step());
  } finally {
    step.dispose();
  }
}

/** Runs it with the plain JavaScript kernels of TensorFlow.js. */
export async function plain(compute: Computation): Promise<Result[]> {
  await tf.setBackend('cpu');
  (tf.backend() as tf.KernelBackend & { firstUse: boolean }).firstUse = false;
  try {
    return read(tf.tidy(() => compute() as tf.Tensor[]));
  } finally {
    await startOnnx();
  }
}

/** Expects of the onnx engine, eager and compiled, what the plain kernels give: shape, type and numbers. */
export async function expectPlain(compute: Computation): Promise<void> {
  const expected = await plain(compute);
  expectResults(eager(compute), expected);
  expectResults(compiled(compute), expected);
}

/** Expects the numbers, eager and compiled. */
export function expectNumbers(compute: () => tf.Tensor, numbers: readonly number[]): void {
  for (const [result] of [eager(compute), compiled(compute)] as [[Result], [Result]])
    expectClose(result.data, numbers);
}

export function expectResults(actual: readonly Result[], expected: readonly Result[]): void {
  expect(actual.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(
    expected.map(({ shape, dtype }) => ({ shape, dtype })),
  );
  actual.forEach(({ data }, i) => {
    expectClose(data, (expected[i] as Result).data);
  });
}

/** Equal, NaN with NaN and infinity with infinity, or within 1e-4 of the size of the number. */
export function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  const wrong = actual.findIndex((value, i) => {
    const wanted = expected[i] as number;
    const same = value === wanted || Object.is(value, wanted);
    return !same && !(Math.abs(value - wanted) <= 1e-4 * (1 + Math.abs(wanted)));
  });
  if (wrong >= 0) expect({ at: wrong, value: actual[wrong] }).toEqual({ at: wrong, value: expected[wrong] });
}

/** A tensor of numbers in [-1, 1] without a pattern. */
export function wave(shape: number[], frequency = 1): tf.Tensor {
  const size = tf.util.sizeFromShape(shape);
  return tf.tensor(
    Array.from({ length: size }, (_, i) => Math.sin(1.7 * i * frequency + frequency)),
    shape,
  );
}

/** Images [2, height, width, channels] straight from a convolution: the engine holds them channels first. */
export function images(height = 4, width = 5, channels = 4, batch = 2): tf.Tensor4D {
  return tf.conv2d(
    wave([batch, height, width, 3]) as tf.Tensor4D,
    wave([3, 3, 3, channels], 0.7) as tf.Tensor4D,
    1,
    'same',
  );
}

export const ints = (...values: number[]): tf.Tensor1D => tf.tensor1d(values, 'int32');
export const bools = (...values: number[]): tf.Tensor1D => tf.tensor1d(values, 'bool');

function read(result: tf.Tensor | tf.Tensor[]): Result[] {
  return [result].flat().map((tensor) => {
    const data = Array.from(tensor.dataSync());
    tensor.dispose();
    return { shape: [...tensor.shape], dtype: tensor.dtype, data };
  });
}
