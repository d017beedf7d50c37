import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { type HostOp, hostOp, useEngine } from '../../runtime/engine/index.ts';

export const wave = (shape: number[], phase = 0): tf.Tensor =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => Math.sin(i * 0.7 + phase)),
    shape,
  );

export const read = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());

/** Squares on the host: y = x², with its gradient as another host operation. */
export const squareOnHost: HostOp = {
  name: 'Square',
  outputs: ([shape]) => [{ shape: shape as number[], dtype: 'float32' }],
  run: ([x], [y]) => {
    x?.data.forEach((value, i) => {
      (y as { data: Float32Array }).data[i] = value * value;
    });
  },
};
const squareGradientOnHost: HostOp = {
  name: 'SquareGradient',
  outputs: ([shape]) => [{ shape: shape as number[], dtype: 'float32' }],
  run: ([x, dy], [dx]) => {
    x?.data.forEach((value, i) => {
      (dx as { data: Float32Array }).data[i] = 2 * value * ((dy as { data: Float32Array }).data[i] as number);
    });
  },
};
export const hostSquare = (x: tf.Tensor): tf.Tensor => {
  const op = tf.customGrad((input, save) => {
    (save as tf.GradSaveFunc)([input as tf.Tensor]);
    return {
      value: hostOp(squareOnHost, [input as tf.Tensor], undefined)[0] as tf.Tensor,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        hostOp(squareGradientOnHost, [saved[0] as tf.Tensor, dy], undefined)[0] as tf.Tensor,
    };
  });
  return op(x);
};

export const ENGINES = ['onnx', 'cpu'] as const;

/** Runs `body` on every engine and returns what it returned. */
export async function onEveryEngine<T>(body: () => T): Promise<T[]> {
  const results: T[] = [];
  for (const engine of ENGINES) {
    await useEngine(engine);
    tf.engine().startScope();
    results.push(body());
    tf.engine().endScope();
    tf.disposeVariables();
  }
  return results;
}

export function expectClose(actual: readonly number[], expected: readonly number[], tolerance = 2e-5): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value - (expected[i] as number))).toBeLessThanOrEqual(
      tolerance * (1 + Math.abs(expected[i] as number)),
    );
  });
}
