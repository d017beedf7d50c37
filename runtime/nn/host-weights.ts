import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../engine/host-op.ts';
import { Scope } from './scope.ts';

/**
 * A scope over weights on the host, for networks that run outside of a graph: every call of `get` makes a tensor.
 * Tensors in `instead` take the place of weights of their names.
 *
 * @throws Error where a weight is missing or has another shape
 */
export function hostScope(
  values: ReadonlyMap<string, HostTensor>,
  instead: { readonly [name: string]: tf.Tensor } = {},
): Scope {
  return new Scope({
    get(name, { shape }) {
      const value = values.get(name);
      if (!value) throw new Error(`there is no weight ${name}`);
      if (!tf.util.arraysEqual([...value.shape], [...shape])) {
        throw new Error(`${name} is [${value.shape}], expected [${shape}]`);
      }
      return instead[name] ?? tf.tensor(value.data, [...shape]);
    },
  });
}
