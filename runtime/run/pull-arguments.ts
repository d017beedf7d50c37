import type * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../engine/index.ts';
import type { GraphNode } from '../graph/index.ts';
import { type Held, isHostTensor, isTensor, keyOf, mapHeld, toEngine, type Values } from './held.ts';
import type { KeptValues } from './kept.ts';

/** Where the tensors of an output are among the arguments of a compiled step. */
type Layout = ReadonlyMap<string, Held<number>>;

/** An output of a source or buffer. */
interface Port {
  readonly node: GraphNode;
  readonly port: string;
}

/** The arguments of a compiled step: structured values as the flat list of tensors that it takes, and back. */
export class PullArguments {
  private readonly ports: readonly Port[];
  /** Set before every call, read when a call is recorded. */
  private layout: Layout = new Map();

  /** Takes what `nodes` give, as far as its key is among `used`. */
  constructor(nodes: readonly GraphNode[], used: ReadonlySet<string>) {
    this.ports = nodes
      .flatMap((node) => Object.keys(node.type.outputs).map((port) => ({ node, port })))
      .filter(({ node, port }) => used.has(keyOf(node.name, port)));
  }

  /** Values on the host as tensors of the engine, which the caller disposes of. */
  pack(values: ReadonlyMap<string, Held<HostTensor>>): tf.Tensor[] {
    const args: tf.Tensor[] = [];
    this.layout = new Map(
      this.ports.map(({ node, port }) => {
        const key = keyOf(node.name, port);
        const kind = node.type.outputs[port]?.tensor.kind ?? 'any';
        const add = (one: HostTensor) => args.push(toEngine(one, kind)) - 1;
        return [key, mapHeld(values.get(key) as Held<HostTensor>, isHostTensor, add)] as const;
      }),
    );
    return args;
  }

  /** Packed arguments with further values behind them. */
  with(packed: readonly tf.Tensor[], further: KeptValues): tf.Tensor[] {
    const args = [...packed];
    const places = Object.entries(further).map(
      ([key, value]) => [key, mapHeld(value, isTensor, (one) => args.push(one) - 1)] as const,
    );
    this.layout = new Map([...this.layout, ...places]);
    return args;
  }

  /** The values by key again. */
  unpack(args: readonly tf.Tensor[]): Values<tf.Tensor> {
    const isIndex = (value: unknown): value is number => typeof value === 'number';
    const valueAt = (index: number) => args[index] as tf.Tensor;
    return new Map([...this.layout].map(([key, places]) => [key, mapHeld(places, isIndex, valueAt)]));
  }
}
