import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, networkNames, port, type WeightOptimizer } from '../../../../runtime/node.ts';

/** Keeps gradients in the place of moments, and leaves weights as they are. */
class GradientRecorder implements WeightOptimizer {
  updates = 0;
  private readonly kept = new Map<string, tf.Variable>();

  constructor(private readonly name: string) {}

  prepare(variables: readonly tf.Variable[]): void {
    for (const { name, shape } of variables) {
      if (!this.kept.has(name))
        this.kept.set(name, tf.variable(tf.zeros(shape), false, `${this.name}/${name}`));
    }
  }

  applyGradients(gradients: Readonly<Record<string, tf.Tensor>>): void {
    for (const [name, gradient] of Object.entries(gradients)) this.kept.get(name)?.assign(gradient);
  }

  configure(): void {}

  state(): Record<string, tf.Variable> {
    return Object.fromEntries([...this.kept.values()].map((variable) => [variable.name, variable]));
  }

  dispose(): void {
    for (const variable of this.kept.values()) variable.dispose();
    this.kept.clear();
  }
}

export const gradients = defineNode({
  type: 'golden/gradients',
  version: 1,
  title: 'Gradients',
  description: 'Remembers the gradients of the last pull, by NODE/WEIGHT.',
  params: Type.Object({ train: networkNames() }),
  inputs: { loss: port('loss[]') },
  outputs: {},
  role: 'optimizer',
  create: ({ name }) => new GradientRecorder(name),
});
