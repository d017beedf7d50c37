import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { conv, relu, sequential, tanh } from '../../runtime/nn/layers.ts';
import { entryOfFile, loadNetwork } from '../../runtime/nn/load.ts';
import { activation, halvings, imageSize } from '../../runtime/nn/params.ts';
import { type Module, Scope } from '../../runtime/nn/scope.ts';
import { checkpointFile, defineNode, port } from '../../runtime/node.ts';
import { avgPool2d } from '../../runtime/ops/avg-pool.ts';
import { constant, example } from '../_example.ts';

export interface ResEncoderOptions {
  /** Height and width of the image: a power of two of at least 64. */
  readonly size: number;
  readonly in: number;
  readonly out: number;
  /** Channels of the first layer. */
  readonly width: number;
  readonly activation: 'none' | 'tanh';
}

/**
 * A residual block that halves the image. Its shortcut starts after the first rectifier: the original rectifies in
 * place, so that the shortcut sees the rectified image.
 */
function resBlockDown(inputs: number, out: number): Module {
  return (scope) => {
    const conv1 = conv({ in: inputs, out, kernel: 3, stride: 2, padding: 1 })(scope.at('conv1'));
    const conv2 = conv({ in: out, out, kernel: 3, padding: 1 })(scope.at('conv2'));
    const shortcut = conv({ in: inputs, out, kernel: 1, bias: true })(scope.at('conv_sc'));
    return (x) => {
      const rectified = tf.relu(x);
      return tf.add(conv2(tf.relu(conv1(rectified))), shortcut(avgPool2d(rectified, { kernel: 2 })));
    };
  };
}

/** An image to a vector: [B,S,S,in] to [B,out]. */
export function resEncoder(options: ResEncoderOptions): Module<tf.Tensor4D, tf.Tensor2D> {
  // Channels after each of the layers that halve the image, until it has 4×4 pixels.
  const widths = Array.from({ length: halvings(options.size) }, (_, i) => options.width * 2 ** i);
  const deepest = widths[widths.length - 1] as number;
  const layers = sequential([
    conv({ in: options.in, out: options.width, kernel: 4, stride: 2, padding: 1 }),
    ...widths.slice(1).map((width) => resBlockDown(width / 2, width)),
    relu,
    conv({ in: deepest, out: 2 * deepest, kernel: 4 }),
    relu,
    conv({ in: 2 * deepest, out: options.out, kernel: 1 }),
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
  out: Type.Integer({ description: "Length of the vector: the latent's", default: 512, minimum: 1 }),
  width: Type.Integer({ description: 'Channels of the first layer', default: 32, minimum: 1 }),
  activation: activation('none'),
  checkpoint: checkpointFile(),
  entry: entryOfFile('netEnc'),
});

export const resEncoderNode = defineNode({
  type: 'network/res-encoder',
  version: 1,
  title: 'Residual encoder',
  description:
    'The latent-offset encoder E: residual blocks from an image down to a vector of the length of a latent (Pan et ' +
    'al. 2021, "Do 2D GANs Know 3D Shape?").',
  example: example(
    {
      image: { type: 'source/pattern' },
      net: { type: 'network/res-encoder', in: { image: 'image' }, params: { width: 4, out: 16 } },
      target: constant([1, 16]),
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
    vector: resEncoder(params)(new Scope(context.weights))(inputs.image),
  }),
  load: ({ params, context }) =>
    loadNetwork(resEncoder(params), {
      ...params,
      file: params.checkpoint,
      context,
      network: 'a residual encoder with these parameters',
    }),
});
