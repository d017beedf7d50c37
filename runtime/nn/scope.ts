import type * as tf from '@tensorflow/tfjs-core';
import type { Initializer, Weights } from '../node-context.ts';

/**
 * A part of a network's weights. Networks are written as functions that take a scope, ask it for all weights, and
 * return the function from input to output; so the list of a network's weights follows from its one description.
 */
export class Scope {
  constructor(
    private readonly weights: Weights,
    private readonly path = '',
  ) {}

  /** The part below a name; paths join by dots, as in PyTorch's `state_dict`. */
  at(name: string | number): Scope {
    return new Scope(this.weights, this.join(name));
  }

  /** A weight, in the layout of torch-weights.ts. */
  get<R extends tf.Rank>(
    name: string,
    shape: tf.ShapeMap[R],
    init: Initializer,
    { trainable = true } = {},
  ): tf.Tensor<R> {
    const tensor = this.weights.get(this.join(name), { shape: shape as number[], init, trainable });
    return tensor as tf.Tensor<R>;
  }

  private join(name: string | number): string {
    return this.path === '' ? String(name) : `${this.path}.${name}`;
  }
}

/** The shape of a weight, where it is known before it is asked for, in the layout of torch-weights.ts. */
export type ShapeOf = (name: string) => readonly number[] | undefined;

/** A function of one tensor: a layer of a network, or all of it. */
export type Layer<In extends tf.Tensor = tf.Tensor4D, Out extends tf.Tensor = In> = (x: In) => Out;

/** Makes a layer with the weights of a scope. */
export type Module<In extends tf.Tensor = tf.Tensor4D, Out extends tf.Tensor = In> = (
  scope: Scope,
) => Layer<In, Out>;

/** The names and shapes of the weights that a network asks for, in order; no tensor is made. */
export function weightShapes(build: (scope: Scope) => unknown): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  const weights: Weights = {
    get(name, { shape }) {
      shapes.set(name, shape);
      return undefined as unknown as tf.Tensor; // nothing computes while a network is built
    },
  };
  build(new Scope(weights));
  return shapes;
}
