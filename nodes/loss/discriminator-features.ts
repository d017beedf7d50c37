import { Type } from 'typebox';
import { detached, featureDistance } from '../../runtime/nn/feature-distance.ts';
import { entryOfFile } from '../../runtime/nn/load.ts';
import { Scope } from '../../runtime/nn/scope.ts';
import { discriminatorFeatures } from '../../runtime/nn/stylegan2-discriminator.ts';
import { loadDiscriminator } from '../../runtime/nn/stylegan2-load.ts';
import { blurTaps, channels, ganSize, statedWidths } from '../../runtime/nn/stylegan2-params.ts';
import { discriminatorWidths } from '../../runtime/nn/stylegan2-widths.ts';
import { checkpointFile, defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

/** Samples whose deviation from each other is part of the feature beyond the last block. */
const GROUP = 4;

export const discriminatorFeaturesLoss = defineNode({
  type: 'loss/discriminator-features',
  version: 1,
  title: 'Discriminator feature distance',
  description:
    "How far two images are apart to a GAN's discriminator: Σᵢ mean|Dᵢ(image) − Dᵢ(target)|, Dᵢ being the features " +
    'after its i-th block, weighted by a mask that is averaged down to their size (Pan et al. 2020, "Exploiting ' +
    'Deep Generative Prior"). No gradient reaches the target. The images may be smaller than those of the GAN.',
  example: example(
    {
      image: { type: 'source/pattern', params: { size: 8 } },
      target: constant([1, 8, 8, 3]),
      distance: {
        type: 'loss/discriminator-features',
        in: { image: 'image', target: 'target' },
        params: { size: 8, features: 1, maxChannels: 8 },
        frozen: false,
      },
      train: { type: 'optimizer/adam', in: { loss: 'distance' }, params: { train: ['distance'] } },
    },
    'train',
  ),
  params: Type.Object({
    size: ganSize(),
    features: Type.Integer({ description: 'How many features are compared', default: 4, minimum: 1 }),
    ...channels(),
    blur: blurTaps(),
    checkpoint: checkpointFile(),
    entry: entryOfFile('d', 'd'),
  }),
  inputs: {
    image: port('image[B,H,W,3]'),
    target: port('image[B,H,W,3]'),
    mask: port('mask[B,H,W,1]', { optional: true }),
  },
  outputs: { loss: port('loss[]') },
  role: 'network',
  frozen: true,
  run({ inputs, params, context }) {
    const { size, features: count, blur: taps } = params;
    const { weights } = context;
    const shapeOf = (name: string) => weights.shapeOf?.(name);
    const widths = discriminatorWidths(size, shapeOf, statedWidths(params));
    const features = discriminatorFeatures({ size, widths, taps, group: GROUP, count })(new Scope(weights));
    const target = features(detached(inputs.target));
    return { loss: featureDistance(features(inputs.image), target, inputs.mask) };
  },
  load: ({ params: { features: count, blur: taps, ...params }, context }) =>
    loadDiscriminator(
      { ...params, taps, group: GROUP, count },
      { ...params, file: params.checkpoint, context },
    ),
});
