import type * as tf from '@tensorflow/tfjs-core';
import { EngineError } from '../engine/errors.ts';

/** What the engine does where it compiles steps: nothing changes when a loss is no number. */
export function requireFinite(names: readonly string[], losses: readonly tf.Tensor[]): void {
  losses.forEach((loss, i) => {
    const value = loss.dataSync()[0] as number;
    if (Number.isFinite(value)) return;
    const node = names[i]?.split('.')[0];
    throw new EngineError('non-finite', `The loss ${names[i]} is ${value}.`, {
      ...(node !== undefined && { node }),
      hint: 'Weights are as they were before this step. Lower the learning rate, or look at the inputs of that node.',
    });
  });
}
