import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { latentNormLoss } from '../../runtime/ops/index.ts';
import { constant, example } from '../_example.ts';

export const latentNorm = defineNode({
  type: 'loss/latent-norm',
  version: 1,
  title: 'Latent norm',
  description:
    'mean(Δw²): keeps latent offsets where the generator knows what to do (Pan et al. 2021, equation 4).',
  example: example(
    { offset: constant([2, 512], 0.1), loss: { type: 'loss/latent-norm', in: { offset: 'offset' } } },
    'loss',
  ),
  params: Type.Object({}),
  inputs: { offset: port('latent[...X]') },
  outputs: { loss: port('loss[]') },
  run: ({ inputs }) => ({ loss: latentNormLoss(inputs.offset) }),
});
