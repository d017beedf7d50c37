import { Type } from 'typebox';
import {
  conv,
  convTranspose,
  doubleNearest,
  groupNorm,
  leakyRelu,
  relu,
  sequential,
  tanh,
} from '../../runtime/nn/layers.ts';
import { entryOfFile, loadNetwork } from '../../runtime/nn/load.ts';
import { activation, halvings, imageSize, widthOfSize } from '../../runtime/nn/params.ts';
import { type Module, Scope } from '../../runtime/nn/scope.ts';
import { checkpointFile, defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export interface EdDeconvOptions {
  /** Height and width of the image: a power of two of at least 64. */
  readonly size: number;
  readonly in: number;
  readonly out: number;
  /** Channels of the first layer. */
  readonly width: number;
  /** Groups of the first normalisation. */
  readonly groups: number;
  /** Channels of the 1×1 bottleneck. */
  readonly latent: number;
  readonly activation: 'none' | 'tanh';
}

/** An image through a bottleneck of 1×1 pixels to a map of the same size: [B,S,S,in] to [B,S,S,out]. */
export function edDeconv(options: EdDeconvOptions): Module {
  const { latent } = options;
  // Channels and groups after each of the layers that halve the image, until it has 4×4 pixels.
  const levels = Array.from({ length: halvings(options.size) }, (_, i) => ({
    width: options.width * 2 ** i,
    groups: options.groups * 2 ** i,
  }));
  const deepest = levels[levels.length - 1] as (typeof levels)[number];

  const encoder = levels.flatMap(({ width, groups }, i) => [
    conv({ in: levels[i - 1]?.width ?? options.in, out: width, kernel: 4, stride: 2, padding: 1 }),
    ...(width === deepest.width ? [] : [groupNorm(groups, width)]),
    leakyRelu(0.2),
  ]);
  const bottleneck = [
    conv({ in: deepest.width, out: latent, kernel: 4 }),
    relu,
    convTranspose({ in: latent, out: deepest.width, kernel: 4 }),
    relu,
    conv({ in: deepest.width, out: deepest.width, kernel: 3, padding: 1 }),
    relu,
  ];
  const decoder = levels
    .slice(0, -1)
    .toReversed()
    .flatMap(({ width, groups }) => [
      convTranspose({ in: 2 * width, out: width, kernel: 4, stride: 2, padding: 1 }),
      groupNorm(groups, width),
      relu,
      conv({ in: width, out: width, kernel: 3, padding: 1 }),
      groupNorm(groups, width),
      relu,
    ]);
  const { width, groups } = options;
  const head = [
    doubleNearest,
    conv({ in: width, out: width, kernel: 3, padding: 1 }),
    groupNorm(groups, width),
    relu,
    conv({ in: width, out: width, kernel: 5, padding: 2 }),
    groupNorm(groups, width),
    relu,
    conv({ in: width, out: options.out, kernel: 5, padding: 2 }),
    ...(options.activation === 'tanh' ? [tanh] : []),
  ];
  return (scope) => sequential([...encoder, ...bottleneck, ...decoder, ...head])(scope.at('network'));
}

const params = Type.Object({
  size: imageSize(),
  in: Type.Integer({ description: 'Channels of the image', default: 3, minimum: 1 }),
  out: Type.Integer({
    description: 'Channels of the map: 1 for depth, 3 for albedo',
    default: 1,
    minimum: 1,
  }),
  width: Type.Optional(
    Type.Integer({ description: 'Channels of the first layer; by default max(16, 4096 / size)', minimum: 1 }),
  ),
  groups: Type.Optional(
    Type.Integer({
      description: 'Groups of the first normalisation; by default 16 below size 128, else 8',
      minimum: 1,
    }),
  ),
  latent: Type.Integer({ description: 'Channels of the bottleneck', default: 256, minimum: 1 }),
  activation: activation('none'),
  checkpoint: checkpointFile(),
  entry: entryOfFile('netD'),
});

function network({
  size,
  width = widthOfSize(size),
  groups = size >= 128 ? 8 : 16,
  ...rest
}: Type.Static<typeof params>) {
  return edDeconv({ ...rest, size, width, groups });
}

export const edDeconvNode = defineNode({
  type: 'network/ed-deconv',
  version: 1,
  title: 'Encoder–decoder',
  description:
    'The network of depth and albedo: strided convolutions down to a vector, transposed convolutions back up to a ' +
    'map of the size of the image, with group normalisation (Wu et al. 2020, "Unsupervised Learning of Probably ' +
    'Symmetric Deformable 3D Objects"; widths as in GAN2Shape).',
  example: example(
    {
      image: { type: 'source/pattern' },
      net: { type: 'network/ed-deconv', in: { image: 'image' }, params: { width: 4, groups: 2, latent: 8 } },
      target: constant([1, 64, 64, 1]),
      loss: { type: 'loss/l1', in: { a: 'net.map', b: 'target' } },
      train: { type: 'optimizer/adam', in: { loss: 'loss' }, params: { train: ['net'] } },
    },
    'train',
  ),
  params,
  inputs: { image: port('image[B,$size,$size,$in]') },
  outputs: { map: port('float[B,$size,$size,$out]') },
  role: 'network',
  run: ({ inputs, params, context }) => ({ map: network(params)(new Scope(context.weights))(inputs.image) }),
  load: ({ params, context }) =>
    loadNetwork(network(params), {
      ...params,
      file: params.checkpoint,
      context,
      network: 'an encoder–decoder with these parameters',
    }),
});
