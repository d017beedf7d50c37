import os from 'node:os';
import type * as tf from '@tensorflow/tfjs-core';
import type { Compiled } from '../engine/index.ts';
import type { StepReport } from '../engine/onnx/report.ts';
import { profileStep } from '../engine/profile.ts';

/** What one node takes of a pull. */
export interface NodeShare {
  readonly node: string;
  readonly milliseconds: number;
  readonly bytes: number;
}

/** A profile may take this share of the time that a pull has had. */
const SHARE = 0.01;
/** It makes the sessions of the step anew, and this much has to stay free beside them, in bytes. */
const MARGIN = 1 << 30;

/** Decides when a pull has run for long enough that profiling it once does not count. */
export class ProfileBudget {
  private spent = 0;
  private readonly peak: number;

  constructor(
    { memory }: StepReport,
    /** What compiling took, in milliseconds. */
    private readonly compiling: number,
  ) {
    this.peak = memory.inputs + memory.constants + memory.activations;
  }

  /** To be asked after every run, with how long it took. */
  allows(milliseconds: number): boolean {
    this.spent += milliseconds;
    const cost = this.compiling + 4 * milliseconds;
    return this.spent * SHARE > cost && os.freemem() > this.peak + MARGIN;
  }
}

/** Runs a step once more with the clock on every operator, without changing anything: its nodes, the slowest first. */
export function sharesOf<Result>(step: Compiled<tf.Tensor[], Result>, args: tf.Tensor[]): NodeShare[] {
  const shares = new Map<string, NodeShare>();
  for (const { name, milliseconds, bytes } of profileStep(step, args, { runs: 1 }).nodes) {
    const node = name.split('/')[0] as string;
    const known = shares.get(node) ?? { node, milliseconds: 0, bytes: 0 };
    shares.set(node, { node, milliseconds: known.milliseconds + milliseconds, bytes: known.bytes + bytes });
  }
  return [...shares.values()].sort((a, b) => b.milliseconds - a.milliseconds);
}
