import * as tf from '@tensorflow/tfjs-core';

/** What one optimizer minimises, over which variables. */
export interface Objective {
  /** The optimizer. */
  readonly node: string;
  /** The loss, once the forward pass is done. */
  readonly loss: () => tf.Scalar;
  readonly variables: readonly tf.Variable[];
}

/** Gradients by the names of variables; a variable that the loss does not depend on has none. */
export type Gradients = Readonly<Record<string, tf.Tensor>>;

/**
 * Runs a forward pass once and gives the gradients of every objective, in order; they are the caller's to dispose of.
 * Whatever of the forward pass is needed later has to be kept.
 */
export function gradientsOf(objectives: readonly Objective[], forward: () => void): Gradients[] {
  const [first, ...rest] = objectives;
  if (!first) {
    forward();
    return [];
  }
  if (rest.length === 0) {
    return [
      one(first, () => {
        forward();
        return first.loss();
      }),
    ];
  }
  // The outer call has no gradient of its own: it keeps the tape of the forward pass for all objectives.
  const gradients: Gradients[] = [];
  const nothing = tf.scalar(0);
  const shared = () => {
    forward();
    for (const objective of objectives) {
      const found = one(objective, objective.loss);
      gradients.push(
        Object.fromEntries(Object.entries(found).map(([name, value]) => [name, tf.keep(value)])),
      );
    }
    return tf.scalar(0);
  };
  tf.engine().gradients(shared, [nothing], undefined, true);
  return gradients;
}

function one({ variables }: Objective, loss: () => tf.Scalar): Gradients {
  return tf.variableGrads(loss, [...variables]).grads;
}
