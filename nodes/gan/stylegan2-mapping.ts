import { Type } from 'typebox';
import { entryOfFile } from '../../runtime/nn/load.ts';
import { Scope } from '../../runtime/nn/scope.ts';
import { loadMapping } from '../../runtime/nn/stylegan2-load.ts';
import { mapping } from '../../runtime/nn/stylegan2-mapping.ts';
import { latentLength } from '../../runtime/nn/stylegan2-params.ts';
import { checkpointFile, defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export const stylegan2Mapping = defineNode({
  type: 'gan/stylegan2-mapping',
  version: 1,
  title: 'StyleGAN2 mapping',
  description:
    'Latents z to latents w (Karras et al. 2019, "A Style-Based Generator Architecture for GANs", figure 1b): a ' +
    'normalisation and eight linear layers. The two halves that GAN2Shape needs are a node each: of the parameters ' +
    '`skip` and `depth` one ends it early and one begins late; both count the normalisation as step 0.',
  example: example(
    {
      z: constant([2, 16], 1),
      net: { type: 'gan/stylegan2-mapping', in: { z: 'z' }, params: { latent: 16 }, frozen: false },
      target: constant([2, 16]),
      loss: { type: 'loss/l1', in: { a: 'net.w', b: 'target' } },
      train: { type: 'optimizer/adam', in: { loss: 'loss' }, params: { train: ['net'] } },
    },
    'train',
  ),
  params: Type.Object({
    latent: latentLength(),
    layers: Type.Integer({ description: 'Linear layers', default: 8, minimum: 0 }),
    skip: Type.Integer({ description: 'The first step to take', default: 0, minimum: 0 }),
    depth: Type.Integer({ description: 'The step to stop before', default: 100, minimum: 0 }),
    checkpoint: checkpointFile(),
    entry: entryOfFile('g_ema', 'g_ema'),
  }),
  inputs: { z: port('latent[B,$latent]') },
  outputs: { w: port('latent[B,$latent]') },
  role: 'network',
  frozen: true,
  run: ({ inputs, params, context }) => ({ w: mapping(params)(new Scope(context.weights))(inputs.z) }),
  load: ({ params, context }) => loadMapping(params, { ...params, file: params.checkpoint, context }),
});
