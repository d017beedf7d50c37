import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../engine/index.ts';
import type { GraphNode, Link } from '../graph/index.ts';
import { dtypeOf, type Kind } from '../graph/port.ts';

/** What a port carries: one tensor, a list, or a map by name. */
export type Held<T> = T | readonly T[] | { readonly [name: string]: T };

/** Values by the output they are of; see `keyOf`. */
export type Values<T> = Map<string, Held<T>>;

/** The name of an output among all outputs of a graph. Node names hold no dots. */
export function keyOf(node: string, port: string): string {
  return `${node}.${port}`;
}

/** The name of an output as people read it: the node's where it has one output. */
export function labelOf(node: GraphNode, port: string): string {
  return Object.keys(node.type.outputs).length === 1 ? node.name : keyOf(node.name, port);
}

/** The inputs of a node, from the values of the outputs they are connected to. Maps have their keys sorted. */
export function gather<T>(
  node: GraphNode,
  values: ReadonlyMap<string, Held<T>>,
): Record<string, Held<T> | undefined> {
  const inputs: Record<string, Held<T> | undefined> = {};
  for (const [name, { holds }] of Object.entries(node.type.inputs)) {
    const links = node.inputs.get(name) ?? [];
    const valueAt = (link: Link) => values.get(keyOf(link.from.node, link.from.port)) as Held<T>;
    const [first] = links;
    if (holds === 'one' || (first && first.key === undefined)) inputs[name] = first && valueAt(first);
    else if (holds === 'list') inputs[name] = links.map(valueAt) as readonly T[];
    else {
      const sorted = [...links].sort((a, b) => (String(a.key) < String(b.key) ? -1 : 1));
      inputs[name] = Object.fromEntries(sorted.map((link) => [String(link.key), valueAt(link) as T]));
    }
  }
  return inputs;
}

/** The same structure with other contents. */
export function mapHeld<T, U>(
  value: Held<T>,
  isOne: (value: unknown) => value is T,
  map: (value: T) => U,
): Held<U> {
  if (isOne(value)) return map(value);
  if (Array.isArray(value)) return value.map(map) as readonly U[];
  return Object.fromEntries(
    Object.entries(value as { readonly [name: string]: T }).map(([name, one]) => [name, map(one)]),
  );
}

export function isTensor(value: unknown): value is tf.Tensor {
  return value instanceof tf.Tensor;
}

export function isHostTensor(value: unknown): value is HostTensor {
  return typeof value === 'object' && value !== null && 'data' in value && ArrayBuffer.isView(value.data);
}

/** A tensor of the engine with the elements of one on the host, which it may share. */
export function toEngine({ data, shape }: HostTensor, kind: Kind): tf.Tensor {
  const dtype = dtypeOf(kind) ?? (data instanceof Int32Array ? 'int32' : 'float32');
  return tf.tensor(data, [...shape], dtype);
}

/** A copy on the host of a tensor of the engine. */
export function toHost(tensor: tf.Tensor): HostTensor {
  const data = tensor.dataSync<'float32' | 'int32' | 'bool'>();
  return { shape: tensor.shape, data: data instanceof Uint8Array ? Int32Array.from(data) : data };
}
