import { Type } from 'typebox';
import { Adam } from '../../runtime/engine/index.ts';
import { defineNode, networkNames, port } from '../../runtime/node.ts';

export const adam = defineNode({
  type: 'optimizer/adam',
  version: 1,
  title: 'Adam',
  description:
    'Adam (Kingma and Ba, ICLR 2015, Algorithm 1), with PyTorch’s weight decay: g ← g + decay·w before the moments are updated.',
  params: Type.Object({
    train: networkNames(),
    lr: Type.Number({ description: 'Step size', default: 1e-3, exclusiveMinimum: 0 }),
    beta1: Type.Number({
      description: 'Decay of the mean of gradients',
      default: 0.9,
      minimum: 0,
      exclusiveMaximum: 1,
    }),
    beta2: Type.Number({
      description: 'Decay of the mean of squared gradients',
      default: 0.999,
      minimum: 0,
      exclusiveMaximum: 1,
    }),
    epsilon: Type.Number({
      description: 'Added to the root of the second moment',
      default: 1e-8,
      minimum: 0,
    }),
    weightDecay: Type.Number({ description: 'Weight of the L2 penalty', default: 0, minimum: 0 }),
    epsilonPlacement: Type.Union([Type.Literal('after'), Type.Literal('before')], {
      description:
        'Whether epsilon is added after the bias correction of the second moment (PyTorch from 1.3 on) or before it (PyTorch 1.1 and 1.2)',
      default: 'after',
    }),
    restart: Type.Boolean({
      description:
        'Whether moments and bias corrections begin anew with every entry of the schedule that pulls it, as in the original, which makes new optimizers for each step of each stage',
      default: false,
    }),
  }),
  inputs: { loss: port('loss[]') },
  outputs: {},
  role: 'optimizer',
  live: ['lr'],
  restarts: ({ restart }) => restart,
  create({ params: { train: _, lr, restart: __, ...options }, name }) {
    const optimizer = new Adam({ ...options, learningRate: lr, name });
    return Object.assign(optimizer, {
      configure(next: { readonly lr: number }) {
        optimizer.learningRate = next.lr;
      },
    });
  },
});
