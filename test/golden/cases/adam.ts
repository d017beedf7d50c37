import * as tf from '@tensorflow/tfjs-core';
import { Adam } from '../../../runtime/engine/adam.ts';
import type { Check } from '../check.ts';
import type { GoldenCase } from '../fixture.ts';
import type { CaseHandler } from './handler.ts';

/** A sequence of Adam updates with given gradients, in both placements of epsilon, and the moments after the last. */
export const adam: CaseHandler = {
  family: 'adam',
  matches: (golden) => golden.reference.includes('torch.optim.Adam') && golden.has('param_0', 'grad_1'),

  async run(golden, check) {
    if (golden.args.amsgrad === true) throw new Error('amsgrad: this Adam has no maximum of second moments');
    await updates(golden, check, { prefix: 'param', epsilonPlacement: 'after', moments: true });
    await updates(golden, check, { prefix: 'param_torch12', epsilonPlacement: 'before', moments: false });
  },
};

interface Sequence {
  /** Stored parameters are called `<prefix>_<step>`. */
  readonly prefix: string;
  readonly epsilonPlacement: 'after' | 'before';
  readonly moments: boolean;
}

async function updates(
  golden: GoldenCase,
  check: Check,
  { prefix, epsilonPlacement, moments }: Sequence,
): Promise<void> {
  const [beta1, beta2] = (golden.args.betas ?? [0.9, 0.999]) as [number, number];
  const weight = tf.variable(golden.tensor('param_0'), false, `golden/${prefix}`);
  const optimizer = new Adam({
    learningRate: golden.number('lr'),
    beta1,
    beta2,
    epsilon: golden.number('eps', 1e-8),
    weightDecay: golden.number('weight_decay', 0),
    epsilonPlacement,
    name: `golden/${prefix}/adam`,
  });
  try {
    for (let step = 1; golden.has(`grad_${step}`); step++) {
      optimizer.applyGradients({ [weight.name]: golden.tensor(`grad_${step}`) });
      await check.tensor(`${prefix}_${step}`, weight);
    }
    if (!moments) return;
    const stored = { 'first-moment': 'exp_avg', 'second-moment': 'exp_avg_sq' };
    const state = Object.entries(optimizer.state());
    for (const [ending, name] of Object.entries(stored)) {
      const moment = state.find(([key]) => key.endsWith(ending))?.[1];
      if (moment) await check.tensor(name, moment);
    }
  } finally {
    optimizer.dispose();
    weight.dispose();
  }
}
