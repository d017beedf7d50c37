import type * as tf from '@tensorflow/tfjs-core';
import { hostScope } from '../../../runtime/nn/host-weights.ts';
import { mapping } from '../../../runtime/nn/stylegan2-mapping.ts';
import { synthesis } from '../../../runtime/nn/stylegan2-synthesis.ts';
import { officialWidths } from '../../../runtime/nn/stylegan2-widths.ts';
import { BLUR_TAPS } from '../../../runtime/ops/fir.ts';
import { headOf } from '../head.ts';
import { hashedState, signed } from '../state.ts';
import type { CaseHandler } from './handler.ts';

/** A generator of the official width with hash-filled weights. */
export const stylegan2Full: CaseHandler = {
  family: 'stylegan2-full',
  matches: (golden) => /\bGenerator\b/.test(golden.reference) && golden.has('z', 'feature_0_head'),

  async run(golden, check) {
    const [size, latent, layers] = [
      golden.number('size'),
      golden.number('style_dim'),
      golden.number('n_mlp'),
    ];
    const scope = hostScope(hashedState(golden, fill));
    const w = mapping({ latent, layers })(scope)(golden.tensor('z') as tf.Tensor2D);
    await check.tensor('w', w);
    const widths = officialWidths({ multiplier: golden.number('channel_multiplier', 2) });
    const network = synthesis({ size, latent, widths, taps: BLUR_TAPS, noise: 'fixed' })(scope);
    const { image, features } = network(w);
    await check.image('image', image);
    for (const [i, feature] of features.entries()) {
      const name = `feature_${i}_head`;
      if (golden.has(name)) await check.image(name, headOf(feature, golden.entry(name).shape));
    }
  },
};

/** The fill that the case states in `args.weights`; undefined for the blur kernels, which are no weights here. */
function fill(name: string, k: number): ((i: number) => number) | undefined {
  if (name.endsWith('.kernel')) return undefined;
  const root3 = Math.sqrt(3);
  if (name.startsWith('noises.') || name === 'input.input') return (i) => root3 * signed(k, i);
  if (/^style\..*\.weight$/.test(name)) return (i) => 100 * root3 * signed(k, i);
  if (/^style\..*\.bias$/.test(name)) return (i) => 10 * signed(k, i);
  if (name.endsWith('.modulation.bias')) return (i) => 1 + 0.1 * signed(k, i);
  if (name.endsWith('.noise.weight')) return () => 0.1;
  if (/^to_rgb(1|s\.\d+)\.conv\.weight$/.test(name)) return (i) => 0.15 * root3 * signed(k, i);
  if (name.endsWith('.weight')) return (i) => root3 * signed(k, i);
  return (i) => 0.1 * signed(k, i);
}
