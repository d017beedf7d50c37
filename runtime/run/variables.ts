import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../engine/index.ts';
import { RunError } from './errors.ts';
import { type SavedEntry, savedTensorOf, savedVariable } from './tensors.ts';

interface Entry {
  readonly variable: tf.Variable;
  /** Its value at the beginning of an item. */
  readonly initial: () => Float32Array;
  /** Whether it may change: then it begins anew with every item and is part of checkpoints. */
  readonly changes: boolean;
}

export interface VariableOptions {
  readonly shape: readonly number[];
  readonly initial: () => Float32Array;
  readonly trainable: boolean;
  readonly changes: boolean;
  /** The node it belongs to, for errors. */
  readonly node: string;
}

/**
 * The variables of a run by their unique names: weights and what nodes keep. Values of a checkpoint wait here until
 * the variable they belong to exists, which is when its node is first recorded.
 */
export class Variables {
  private readonly entries = new Map<string, Entry>();
  private waiting = new Map<string, HostTensor>();

  /** The variable of that name, created with the value of a checkpoint or the initial one. */
  obtain(name: string, options: VariableOptions): tf.Variable {
    const known = this.entries.get(name);
    if (known) {
      if (tf.util.arraysEqual(known.variable.shape, [...options.shape])) return known.variable;
      throw mismatch(name, options.node, options.shape, known.variable.shape);
    }
    const saved = options.changes ? this.claim(name, options) : undefined;
    const data = saved ?? options.initial();
    const size = options.shape.reduce((product, length) => product * length, 1);
    if (data.length !== size) throw mismatch(name, options.node, options.shape, [data.length]);
    const value = tf.tensor(data, [...options.shape], 'float32');
    const variable = tf.variable(value, options.trainable, name);
    value.dispose();
    this.entries.set(name, { variable, initial: options.initial, changes: options.changes });
    return variable;
  }

  /** Takes the waiting value of that name, which must have the given shape. */
  claim(name: string, { shape, node }: { readonly shape: readonly number[]; readonly node: string }) {
    const saved = this.waiting.get(name);
    if (!saved) return undefined;
    if (!tf.util.arraysEqual([...saved.shape], [...shape])) throw mismatch(name, node, shape, saved.shape);
    this.waiting.delete(name);
    return saved.data as Float32Array;
  }

  /** The trainable variables whose names begin with `prefix`. */
  trainable(prefix: string): tf.Variable[] {
    return [...this.entries.values()]
      .filter(({ variable }) => variable.trainable && variable.name.startsWith(prefix))
      .map(({ variable }) => variable);
  }

  /** The values of all variables whose names begin with `prefix`, by the rest of their names. */
  valuesOf(prefix: string): Map<string, HostTensor> {
    const values = new Map<string, HostTensor>();
    for (const [name, { variable }] of this.entries) {
      if (!name.startsWith(prefix)) continue;
      values.set(name.slice(prefix.length), {
        data: variable.dataSync<'float32'>().slice(),
        shape: variable.shape,
      });
    }
    return values;
  }

  /** Gives everything that changes its initial value, and forgets what waits. */
  reset(): void {
    this.waiting.clear();
    for (const { variable, initial, changes } of this.entries.values()) {
      if (changes) assign(variable, initial());
    }
  }

  /** Gives everything that changes the value of a checkpoint, where it has one. */
  restore(values: ReadonlyMap<string, HostTensor>): void {
    this.waiting = new Map(values);
    for (const [name, { variable, changes }] of this.entries) {
      if (!changes) continue;
      const data = this.claim(name, { shape: variable.shape, node: nodeOf(name) });
      if (data) assign(variable, data);
    }
  }

  /** What a checkpoint has to hold, one after the other; what still waits is part of it. */
  *saved(): Iterable<SavedEntry> {
    for (const { variable, changes } of this.entries.values()) if (changes) yield savedVariable(variable);
    for (const [name, value] of this.waiting) yield savedTensorOf(name, value);
  }

  dispose(): void {
    for (const { variable } of this.entries.values()) variable.dispose();
    this.entries.clear();
    this.waiting.clear();
  }
}

/** Gives a variable other elements. */
export function assign(variable: tf.Variable, data: Float32Array): void {
  const value = tf.tensor(data, variable.shape, 'float32');
  variable.assign(value);
  value.dispose();
}

function nodeOf(name: string): string {
  return name.split(/[/:]/)[0] as string;
}

function mismatch(name: string, node: string, asked: readonly number[], found: readonly number[]): RunError {
  return new RunError('weight-mismatch', `${name} is [${found}], but its node asks for [${asked}]`, { node });
}
