import * as tf from '@tensorflow/tfjs-core';
import { type Comparison, compare, type Side } from './compare.ts';
import type { GoldenCase } from './fixture.ts';
import { toNchw } from './layout.ts';

/** Collects the comparisons of one case. Everything stored as an output or a gradient has to be compared. */
export class Check {
  readonly comparisons: Comparison[] = [];
  /** Stored results that the project does not compute, with the reason. */
  readonly waived: [name: string, reason: string][] = [];

  constructor(private readonly golden: GoldenCase) {}

  /** Compares a tensor with the stored one of that name; does nothing where the case has none.. */
  async tensor(name: string, actual: tf.Tensor): Promise<void> {
    if (this.golden.has(name)) this.values(name, { values: await actual.data(), shape: actual.shape });
  }

  /** Like {@link tensor}, for a tensor [B,H,W,C] whose stored twin is [B,C,H,W]. */
  async image(name: string, actual: tf.Tensor): Promise<void> {
    if (this.golden.has(name)) {
      const values = (await actual.data()) as Float32Array | Int32Array;
      this.values(name, toNchw(values, actual.shape, name));
    }
  }

  /** Compares values on the host. */
  values(name: string, actual: Side): void {
    const { shape, tolerance, role } = this.golden.entry(name);
    if (role === 'info') return;
    this.comparisons.push(compare(name, actual, { values: this.golden.array(name), shape }, tolerance));
  }

  /**
   * Computes and compares the gradients of sum(f(inputs) · weights): one stored name per input, in order, each as
   * `tensor` or `image`.
   */
  async gradients(
    f: (...inputs: tf.Tensor[]) => tf.Tensor,
    inputs: readonly tf.Tensor[],
    {
      names,
      weights,
      layout = 'tensor',
    }: { names: readonly string[]; weights?: tf.Tensor; layout?: 'tensor' | 'image' },
  ): Promise<void> {
    if (!names.some((name) => this.golden.has(name))) return;
    const scalar = (...values: tf.Tensor[]) => {
      const out = f(...values);
      return tf.reshape(weights ? tf.sum(tf.mul(out, weights)) : out, []) as tf.Scalar;
    };
    const gradients = tf.grads(scalar)([...inputs]);
    for (const [i, gradient] of gradients.entries()) await this[layout](names[i] ?? '', gradient);
  }

  /** States that the project has no counterpart of a stored result. */
  without(name: string, reason: string): void {
    if (this.golden.has(name)) this.waived.push([name, reason]);
  }

  /** Adds a failure for each stored result that no comparison has touched. */
  finish(): void {
    const names = [...this.comparisons.map(({ name }) => name), ...this.waived.map(([name]) => name)];
    const compared = new Set(names);
    for (const { name, role } of this.golden.tensors) {
      if ((role === 'output' || role === 'grad') && !compared.has(name)) {
        this.comparisons.push({
          name,
          passed: false,
          worst: Number.POSITIVE_INFINITY,
          bad: 1,
          message: 'not compared',
        });
      }
    }
  }
}
