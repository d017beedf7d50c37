import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { conv, relu, sequential, tanh } from '../../runtime/nn/layers.ts';
import { entryOfFile, loadNetwork } from '../../runtime/nn/load.ts';
import { activation, halvings, imageSize, widthOfSize } from '../../runtime/nn/params.ts';
import { type Module, Scope } from '../../runtime/nn/scope.ts';
import { checkpointFile, defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export interface EncoderOptions {
  /** Height and width of the image: a power of two of at least 64. */
  readonly size: number;
  readonly in: number;
  readonly out: number;
  /** Channels of the first layer. */
  readonly width: number;
  readonly activation: 'none' | 'tanh';
}

/** An image to a vector: [B,S,S,in] to [B,out]. */
export function encoder(options: EncoderOptions): Module<tf.Tensor4D, tf.Tensor2D> {
  // Channels after each of the layers that halve the image, until it has 4×4 pixels.
  const widths = Array.from({ length: halvings(options.size) }, (_, i) => options.width * 2 ** i);
  const deepest = widths[widths.length - 1] as number;
  const layers = sequential([
    ...widths.flatMap((width, i) => [
      conv({ in: widths[i - 1] ?? options.in, out: width, kernel: 4, stride: 2, padding: 1 }),
      relu,
    ]),
    conv({ in: deepest, out: deepest, kernel: 4 }),
    relu,
    conv({ in: deepest, out: options.out, kernel: 1 }),
    ...(options.activation === 'tanh' ? [tanh] : []),
  ]);
  return (scope) => {
    const apply = layers(scope.at('network'));
    return (image) => tf.reshape(apply(image), [image.shape[0], options.out]);
  };
}

const params = Type.Object({
  size: imageSize(),
  in: Type.Integer({ description: 'Channels of the image', default: 3, minimum: 1 }),
  out: Type.Integer({
    description: 'Length of the vector: 6 for the view, 4 for the light',
    default: 6,
    minimum: 1,
  }),
  width: Type.Optional(
    Type.Integer({ description: 'Channels of the first layer; by default max(16, 4096 / size)', minimum: 1 }),
  ),
  activation: activation('tanh'),
  checkpoint: checkpointFile(),
  entry: entryOfFile('netV'),
});

function network({ size, width = widthOfSize(size), ...rest }: Type.Static<typeof params>) {
  return encoder({ ...rest, size, width });
}

export const encoderNode = defineNode({
  type: 'network/encoder',
  version: 1,
  title: 'Encoder',
  description:
    'The network of view and light: strided convolutions with rectifiers from an image down to a vector (Wu et al. ' +
    '2020, "Unsupervised Learning of Probably Symmetric Deformable 3D Objects"; widths as in GAN2Shape).',
  example: example(
    {
      image: { type: 'source/pattern' },
      net: { type: 'network/encoder', in: { image: 'image' }, params: { width: 4 } },
      target: constant([1, 6]),
      loss: { type: 'loss/l1', in: { a: 'net.vector', b: 'target' } },
      train: { type: 'optimizer/adam', in: { loss: 'loss' }, params: { train: ['net'] } },
    },
    'train',
  ),
  params,
  inputs: { image: port('image[B,$size,$size,$in]') },
  outputs: { vector: port('float[B,$out]') },
  role: 'network',
  run: ({ inputs, params, context }) => ({
    vector: network(params)(new Scope(context.weights))(inputs.image),
  }),
  load: ({ params, context }) =>
    loadNetwork(network(params), {
      ...params,
      file: params.checkpoint,
      context,
      network: 'an encoder with these parameters',
    }),
});
