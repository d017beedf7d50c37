import type * as tf from '@tensorflow/tfjs-core';
import type { Block } from '../wasm/heap.ts';
import type { Value } from './graph.ts';
import type { Perm } from './sym.ts';

/** A change of variables where they are stored, such as an optimizer's, in one pass over their memory. */
export interface InPlaceUpdate {
  /** Shown in errors and profiles. */
  readonly name: string;
  /** Variables of one shape; they are stored in the same physical order while `run` sees them. */
  readonly variables: readonly tf.Variable[];
  /** Tensors of that shape that the update reads, such as the gradient. */
  readonly operands: readonly tf.Tensor[];
  /** Gets the operands and the variables' memory, elements in matching order. Must not fail half-way. */
  run(operands: readonly Float32Array[], variables: readonly Block[]): void;
}

/** An update that is part of a step, with what it reads. */
export interface RecordedUpdate {
  readonly update: InPlaceUpdate;
  readonly operands: readonly Value[];
  readonly perm: Perm;
  readonly scope: string;
}
