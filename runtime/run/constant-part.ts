import * as tf from '@tensorflow/tfjs-core';
import { type Compiled, type CompileOptions, compile } from '../engine/index.ts';
import type { KeptValues } from './kept.ts';

/** The part of a pull that is computed once for all repetitions, and what it gave. */
export class ConstantPart {
  private readonly compiled: Compiled<tf.Tensor[], KeptValues>;
  private kept: { readonly entry: number; readonly values: KeptValues } | undefined;

  constructor(compute: (args: readonly tf.Tensor[]) => KeptValues, options: CompileOptions) {
    this.compiled = compile((...args: tf.Tensor[]) => compute(args), options);
  }

  /** What it gives in an entry of the schedule; computed when that is another one than at the last call. */
  in(entry: number, args: readonly tf.Tensor[]): KeptValues {
    if (this.kept?.entry !== entry) {
      this.forget();
      this.kept = { entry, values: this.compiled(...args) };
    }
    return this.kept.values;
  }

  dispose(): void {
    this.forget();
    this.compiled.dispose();
  }

  private forget(): void {
    if (this.kept) tf.dispose(this.kept.values as tf.TensorContainer);
    this.kept = undefined;
  }
}
