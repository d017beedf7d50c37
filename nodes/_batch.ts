import type * as tf from '@tensorflow/tfjs-core';

/** Refuses a tensor whose first dimension is neither 1, shared by a batch, nor the batch. */
export function expectOneOrAll(name: string, { shape }: tf.Tensor, batch: number): void {
  if (shape[0] !== 1 && shape[0] !== batch) {
    throw new RangeError(`${name} is a batch of ${shape[0]}, expected 1 or ${batch}`);
  }
}
