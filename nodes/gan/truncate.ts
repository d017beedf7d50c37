import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';
import { truncate } from './stylegan2-generator.ts';

export const truncateNode = defineNode({
  type: 'gan/truncate',
  version: 1,
  title: 'Truncation',
  description:
    'Latents drawn towards their mean, w′ = mean + ψ·(w − mean) (Karras et al. 2019, "A Style-Based Generator ' +
    'Architecture for GANs", appendix B): what images of better quality and less variety are made of.',
  example: example(
    {
      w: constant([2, 16], 1),
      mean: constant([1, 16]),
      truncated: { type: 'gan/truncate', in: { w: 'w', mean: 'mean' } },
    },
    'truncated',
  ),
  params: Type.Object({
    truncation: Type.Number({ description: 'ψ; 1 for none', default: 0.7, minimum: 0, maximum: 1 }),
  }),
  inputs: { w: port('latent[B,L]'), mean: port('latent[1,L]') },
  outputs: { w: port('latent[B,L]') },
  run: ({ inputs: { w, mean }, params }) => ({ w: truncate(w, mean, params.truncation) }),
});
