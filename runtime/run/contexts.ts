import * as tf from '@tensorflow/tfjs-core';
import { supplied } from '../engine/index.ts';
import type { GraphNode } from '../graph/index.ts';
import type { NetworkContext, NodeContext, State } from '../node.ts';
import type { Counters } from './counters.ts';
import type { Networks } from './networks.ts';
import { hostRandom, random } from './random.ts';
import type { Variables } from './variables.ts';

export interface NodeContextsOptions {
  readonly variables: Variables;
  readonly networks: Networks;
  readonly counters: Counters;
  readonly seed: number;
}

/** What operations and networks are given besides inputs and parameters. */
export class NodeContexts {
  /** The nodes that drew random numbers, counted their runs or kept a state so far. */
  readonly varying = new Set<string>();
  private readonly made = new Map<string, NodeContext>();
  /** What nodes want to keep: it becomes their state when gradients are taken. */
  private readonly next = new Map<tf.Variable, tf.Tensor>();

  constructor(private readonly options: NodeContextsOptions) {}

  of(node: GraphNode): NodeContext | NetworkContext {
    const known = this.made.get(node.name);
    if (known) return known;
    const { counters, networks } = this.options;
    const varies = <T>(given: T): T => {
      this.varying.add(node.name);
      return given;
    };
    const state = this.stateOf(node);
    const context = {
      node: node.name,
      get random() {
        return varies(random);
      },
      get state() {
        return varies(state);
      },
      step: () =>
        varies(
          supplied(`step of ${node.name}`, [], (out) => {
            out[0] = counters.of(node.name);
          }),
        ) as tf.Scalar,
      ...(node.role === 'network' && { weights: networks.weightsOf(node) }),
    };
    this.made.set(node.name, context);
    return context;
  }

  /** Gives every state that was set since the last call its new value. Part of a recorded step. */
  commitStates(): void {
    for (const [variable, value] of this.next) {
      variable.assign(value);
      value.dispose();
    }
    this.next.clear();
  }

  /** Leaves states as they are, whatever was set. */
  forgetStates(): void {
    for (const value of this.next.values()) value.dispose();
    this.next.clear();
  }

  private stateOf(node: GraphNode): State {
    const { variables, seed } = this.options;
    const nameOf = (name: string) => `${node.name}:${name}`;
    const known = new Map<string, tf.Variable>();
    return {
      get: (name, { shape, init }) => {
        const initial = () => init(shape, hostRandom(seed, nameOf(name)));
        const options = { shape, initial, trainable: false, changes: true, node: node.name };
        const variable = variables.obtain(nameOf(name), options);
        known.set(name, variable);
        return tf.clone(variable);
      },
      set: (name, value) => {
        const variable = known.get(name);
        if (!variable) throw new Error(`the state "${name}" is set before it was asked for with get`);
        this.next.get(variable)?.dispose();
        this.next.set(variable, tf.keep(tf.clone(value)));
      },
    };
  }
}
