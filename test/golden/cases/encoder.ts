import { encoder } from '../../../nodes/network/encoder.ts';
import { loadNetwork } from '../../../runtime/nn/load.ts';
import { checkNetwork, constructorOf, fileOf } from '../network.ts';
import type { CaseHandler } from './handler.ts';

/** The encoder of view and light. */
export const vectorEncoder: CaseHandler = {
  family: 'encoder',
  matches: (golden) => /\bEncoder\b/.test(golden.reference) && golden.has('input', 'grad_weights'),

  async run(golden, check) {
    const { number, activation } = constructorOf(golden);
    const network = encoder({
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
