import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { onCommit } from '../../../runtime/engine/onnx/update.ts';
import { defineNode, networkNames, port, type WeightOptimizer } from '../../../runtime/node.ts';

interface SgdParams {
  readonly lr: number;
  readonly momentum: number;
}

class Sgd implements WeightOptimizer<SgdParams> {
  updates = 0;
  private readonly velocities = new Map<
    string,
    { readonly weight: tf.Variable; readonly velocity: tf.Variable }
  >();

  constructor(
    private params: SgdParams,
    private readonly name: string,
  ) {}

  prepare(variables: readonly tf.Variable[]): void {
    for (const weight of variables) {
      if (this.velocities.has(weight.name)) continue;
      const velocity = tf.variable(tf.zeros(weight.shape), false, `${this.name}/${weight.name}/velocity`);
      this.velocities.set(weight.name, { weight, velocity });
    }
  }

  applyGradients(gradients: Readonly<Record<string, tf.Tensor>>): void {
    for (const [name, gradient] of Object.entries(gradients)) {
      const slot = this.velocities.get(name);
      if (!slot) throw new Error(`${this.name} was not prepared for ${name}`);
      const velocity = tf.add(tf.mul(slot.velocity, this.params.momentum), gradient);
      slot.weight.assign(tf.sub(slot.weight, tf.mul(velocity, this.params.lr)));
      slot.velocity.assign(velocity);
    }
    onCommit(() => {
      this.updates++;
    });
  }

  configure(params: SgdParams): void {
    this.params = params;
  }

  state(): Record<string, tf.Variable> {
    return Object.fromEntries([...this.velocities.values()].map(({ velocity }) => [velocity.name, velocity]));
  }

  dispose(): void {
    for (const { velocity } of this.velocities.values()) velocity.dispose();
    this.velocities.clear();
  }
}

export const sgd = defineNode({
  type: 'toy/sgd',
  version: 1,
  title: 'Gradient descent with momentum',
  description: 'v ← momentum·v + g, w ← w − lr·v.',
  params: Type.Object({
    train: networkNames(),
    lr: Type.Number({ description: 'Step length', default: 0.1, exclusiveMinimum: 0, maximum: 10 }),
    momentum: Type.Number({
      description: 'Share of the last step',
      default: 0,
      minimum: 0,
      exclusiveMaximum: 1,
    }),
  }),
  inputs: { loss: port('loss[]') },
  outputs: {},
  role: 'optimizer',
  create: ({ params, name }) => new Sgd(params, name),
});
