import { Type } from 'typebox';
import { entryOfFile } from '../../runtime/nn/load.ts';
import { Scope } from '../../runtime/nn/scope.ts';
import { discriminator } from '../../runtime/nn/stylegan2-discriminator.ts';
import { loadDiscriminator } from '../../runtime/nn/stylegan2-load.ts';
import { blurTaps, channels, ganSize, statedWidths } from '../../runtime/nn/stylegan2-params.ts';
import { discriminatorWidths } from '../../runtime/nn/stylegan2-widths.ts';
import { checkpointFile, defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export const stylegan2Discriminator = defineNode({
  type: 'gan/stylegan2-discriminator',
  version: 1,
  title: 'StyleGAN2 discriminator',
  description:
    'Images to scores, greater for images that look real (Karras et al. 2020, "Analyzing and Improving the Image ' +
    'Quality of StyleGAN"), and the features on the way. The channels are those of the checkpoint.',
  example: example(
    {
      image: { type: 'source/pattern', params: { size: 8 } },
      net: {
        type: 'gan/stylegan2-discriminator',
        in: { image: 'image' },
        params: { size: 8, maxChannels: 8 },
        frozen: false,
      },
      target: constant([1, 1]),
      loss: { type: 'loss/l1', in: { a: 'net.score', b: 'target' } },
      train: { type: 'optimizer/adam', in: { loss: 'loss' }, params: { train: ['net'] } },
    },
    'train',
  ),
  params: Type.Object({
    size: ganSize(),
    ...channels(),
    blur: blurTaps(),
    group: Type.Integer({
      description:
        'Samples whose deviation from each other is a feature; it divides the batch, or exceeds it',
      default: 4,
      minimum: 1,
    }),
    checkpoint: checkpointFile(),
    entry: entryOfFile('d', 'd'),
  }),
  inputs: { image: port('image[B,$size,$size,3]') },
  outputs: {
    score: port('float[B,1]'),
    features: port.list('features[...]', {
      description: 'After every residual block, and before the linear layers',
    }),
  },
  role: 'network',
  frozen: true,
  run({ inputs, params, context }) {
    const { size, group, blur: taps } = params;
    const { weights } = context;
    const shapeOf = (name: string) => weights.shapeOf?.(name);
    const widths = discriminatorWidths(size, shapeOf, statedWidths(params));
    return discriminator({ size, widths, taps, group })(new Scope(weights))(inputs.image);
  },
  load: ({ params, context }) =>
    loadDiscriminator({ ...params, taps: params.blur }, { ...params, file: params.checkpoint, context }),
});
