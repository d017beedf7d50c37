import * as tf from '@tensorflow/tfjs-core';
import type { GraphNode } from '../graph/index.ts';
import type { Optimizer, ParamsJson, WeightOptimizer } from '../node.ts';
import { type SavedEntry, savedVariable } from './tensors.ts';
import { assign, type Variables } from './variables.ts';

/** The optimizers of a run: one for each node, whatever stages give it for parameters. */
export class Optimizers {
  private readonly made = new Map<string, WeightOptimizer>();
  /** Updates of optimizers that a checkpoint knows and that have not been needed since. */
  private waiting = new Map<string, number>();
  /** Optimizers that have not been made since they began anew: what a checkpoint knows of them is out of date. */
  private readonly fresh = new Set<string>();

  constructor(private readonly variables: Variables) {}

  /** The optimizer of a node with the given parameters from now on. */
  configured(node: GraphNode, params: ParamsJson): WeightOptimizer {
    const known = this.made.get(node.name);
    if (known) {
      known.configure(params);
      return known;
    }
    const optimizer = (node.type as Optimizer<never, never, never>).create({
      params: params as never,
      name: node.name,
    }) as WeightOptimizer;
    optimizer.updates = this.waiting.get(node.name) ?? 0;
    this.waiting.delete(node.name);
    this.made.set(node.name, optimizer);
    return optimizer;
  }

  /** Makes room for what an optimizer remembers of the given weights, with the values of a checkpoint. */
  prepare(node: GraphNode, weights: readonly tf.Variable[]): void {
    const optimizer = this.made.get(node.name);
    tf.tidy(() => optimizer?.prepare(weights));
    for (const variable of Object.values(optimizer?.state() ?? {})) {
      const saved = this.variables.claim(variable.name, { shape: variable.shape, node: node.name });
      if (saved && !this.fresh.has(node.name)) assign(variable, saved);
    }
    this.fresh.delete(node.name);
  }

  reset(): void {
    this.waiting.clear();
    this.fresh.clear();
    for (const optimizer of this.made.values()) forget(optimizer);
  }

  /** Begins anew with the optimizer of a node, where its parameters ask for that with every entry of the schedule. */
  beginEntry(node: GraphNode, params: ParamsJson): void {
    if (!(node.type as Optimizer<never, never, never>).restarts?.(params as never)) return;
    this.waiting.delete(node.name);
    const optimizer = this.made.get(node.name);
    if (optimizer) forget(optimizer);
    else this.fresh.add(node.name);
  }

  /** To be called after the variables were restored. */
  restore(updates: Readonly<Record<string, number>>): void {
    this.waiting = new Map(Object.entries(updates));
    this.fresh.clear();
    for (const [name, optimizer] of this.made) {
      optimizer.updates = this.waiting.get(name) ?? 0;
      this.waiting.delete(name);
      for (const variable of Object.values(optimizer.state())) {
        const saved = this.variables.claim(variable.name, { shape: variable.shape, node: name });
        assign(variable, saved ?? new Float32Array(variable.size));
      }
    }
  }

  updates(): Record<string, number> {
    const made = [...this.made].map(([name, { updates }]) => [name, updates] as const);
    return Object.fromEntries([...this.waiting, ...made]);
  }

  *saved(): Iterable<SavedEntry> {
    for (const optimizer of this.made.values()) {
      for (const variable of Object.values(optimizer.state())) {
        yield savedVariable(variable);
      }
    }
  }

  dispose(): void {
    for (const optimizer of this.made.values()) optimizer.dispose();
    this.made.clear();
  }
}

function forget(optimizer: WeightOptimizer): void {
  optimizer.updates = 0;
  for (const variable of Object.values(optimizer.state())) assign(variable, new Float32Array(variable.size));
}
