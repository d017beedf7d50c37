import * as tf from '@tensorflow/tfjs-core';
import type { GraphNode } from '../graph/index.ts';
import { type Held, isTensor, keyOf, mapHeld, type Values } from './held.ts';

/** Values by the output they are of, as a compiled step returns them. */
export type KeptValues = { readonly [key: string]: Held<tf.Tensor> };

/** Whether an output is a scalar that is shown. Metrics are not: sinks report them, which know their units. */
export function isReported(node: GraphNode, port: string, values: Values<tf.Tensor>): boolean {
  const { tensor: type, holds } = node.type.outputs[port] as NonNullable<(typeof node.type.outputs)[string]>;
  if (holds !== 'one' || type.before.length > 0 || type.rest !== undefined || type.kind === 'metric')
    return false;
  const value = values.get(keyOf(node.name, port));
  return isTensor(value) && value.dtype === 'float32' && value.rank === 0;
}

/** The values of some outputs, kept from being disposed of with what computed them. */
export function kept(keys: Iterable<string>, values: Values<tf.Tensor>): KeptValues {
  return Object.fromEntries(
    [...keys].map((key) => [key, mapHeld(values.get(key) as Held<tf.Tensor>, isTensor, keep)]),
  );
}

export function keep(tensor: tf.Tensor): tf.Tensor {
  return tf.keep(tf.clone(tensor));
}
