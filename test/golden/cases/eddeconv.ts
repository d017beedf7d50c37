import { edDeconv } from '../../../nodes/network/ed-deconv.ts';
import { loadNetwork } from '../../../runtime/nn/load.ts';
import { checkNetwork, constructorOf, fileOf } from '../network.ts';
import type { CaseHandler } from './handler.ts';

/** The encoder–decoder of depth and albedo. */
export const encoderDecoder: CaseHandler = {
  family: 'eddeconv',
  matches: (golden) => /\bEDDeconv\b/.test(golden.reference) && golden.has('input', 'grad_weights'),

  async run(golden, check) {
    const { number, activation } = constructorOf(golden);
    const network = edDeconv({
      size: number('size'),
      in: number('cin'),
      out: number('cout'),
      width: number('nf'),
      groups: number('gn_base'),
      latent: number('zdim'),
      activation,
    });
    const weights = await loadNetwork(network, { ...fileOf(golden), network: 'the reference' });
    await checkNetwork(golden, check, { weights, apply: (scope, input) => network(scope)(input) });
  },
};
