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
    steps: Type.Integer({
      description:
        'Updates over which the step size rises and falls (rampUp, rampDown); 0 for a step size that stays. It is 0 after them',
      default: 0,
      minimum: 0,
    }),
    rampUp: Type.Number({
      description: 'Share of these updates, at the beginning, in which the step size rises linearly',
      default: 0.05,
      minimum: 0,
      maximum: 1,
    }),
    rampDown: Type.Number({
      description: 'Share of these updates, at the end, in which it falls as half a cosine',
      default: 0.25,
      minimum: 0,
      maximum: 1,
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
  live: ['lr', 'steps', 'rampUp', 'rampDown'],
  restarts: ({ restart }) => restart,
  create({ params, name }) {
    const { lr, beta1, beta2, epsilon, weightDecay, epsilonPlacement } = params;
    const options = { beta1, beta2, epsilon, weightDecay, epsilonPlacement };
    const optimizer = new Adam({ ...options, learningRate: lr, name });
    const configure = (next: Ramp & { readonly lr: number }) => {
      optimizer.learningRate = next.lr;
      optimizer.rateFactor = next.steps > 0 ? (updates) => ramp(updates, next) : undefined;
    };
    configure(params);
    return Object.assign(optimizer, { configure });
  },
});

interface Ramp {
  readonly steps: number;
  readonly rampUp: number;
  readonly rampDown: number;
}

/**
 * The factor of the step size in the middle of update number `updates`: from 0 up to 1 and back to 0 (Karras et al.
 * 2020, "Analyzing and Improving the Image Quality of StyleGAN", appendix D).
 */
export function ramp(updates: number, { steps, rampUp, rampDown }: Ramp): number {
  const t = Math.min(1, (updates + 0.5) / steps);
  const up = rampUp > 0 ? Math.min(1, t / rampUp) : 1;
  const down = rampDown > 0 ? Math.min(1, (1 - t) / rampDown) : 1;
  return up * (0.5 - 0.5 * Math.cos(Math.PI * down));
}
