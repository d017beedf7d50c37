import { resEncoder } from '../../../nodes/network/res-encoder.ts';
import { loadNetwork } from '../../../runtime/nn/load.ts';
import { checkNetwork, constructorOf, fileOf } from '../network.ts';
import type { CaseHandler } from './handler.ts';

/** The residual encoder of latent offsets. */
export const residualEncoder: CaseHandler = {
  family: 'resencoder',
  matches: (golden) => /\bResEncoder\b/.test(golden.reference) && golden.has('input', 'grad_weights'),

  async run(golden, check) {
    const { number, activation } = constructorOf(golden);
    const network = resEncoder({
      size: number('size'),
      in: number('cin'),
      out: number('cout'),
      width: number('nf'),
      activation,
    });
    const weights = await loadNetwork(network, { ...fileOf(golden), network: 'the reference' });
    await checkNetwork(golden, check, { weights, apply: (scope, input) => network(scope)(input) });
  },
};
