import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, initial, type NetworkContext, port } from '../../runtime/node.ts';
import { example } from '../_example.ts';

export const coordinateMlp = defineNode({
  type: 'network/coordinate-mlp',
  version: 1,
  title: 'Coordinate network',
  description:
    'An image as a function of the position: each pixel is tanh of a fully connected network with ReLU, whose inputs are γ(p) = (sin 2πBp, cos 2πBp) of the position p in [0, 1]², with B drawn from N(0, σ²) and never trained (Tancik et al., NeurIPS 2020, section 6).',
  example: example(
    {
      target: { type: 'source/pattern', params: { size: 8 } },
      net: { type: 'network/coordinate-mlp', params: { size: 8, features: 4, width: 8 } },
      loss: { type: 'loss/l1', in: { a: 'net', b: 'target' } },
      train: { type: 'optimizer/adam', in: { loss: 'loss' }, params: { train: ['net'] } },
    },
    'train',
  ),
  params: Type.Object({
    size: Type.Integer({
      description: 'Side of the square image in pixels',
      default: 64,
      minimum: 2,
      maximum: 4096,
    }),
    channels: Type.Integer({ description: 'Channels of the image', default: 3, minimum: 1, maximum: 64 }),
    features: Type.Integer({
      description: 'Rows of B: half the length of γ(p)',
      default: 64,
      minimum: 1,
      maximum: 4096,
    }),
    sigma: Type.Number({
      description: 'Standard deviation of B, in periods per image side',
      default: 4,
      minimum: 0,
    }),
    width: Type.Integer({ description: 'Units of a hidden layer', default: 64, minimum: 1, maximum: 4096 }),
    layers: Type.Integer({ description: 'Hidden layers', default: 2, minimum: 0, maximum: 32 }),
  }),
  inputs: {},
  outputs: { image: port('image[1,$size,$size,$channels]') },
  role: 'network',
  run({ params: { size, channels, features, sigma, width, layers }, context }) {
    const frequencies = context.weights.get('frequencies', {
      shape: [2, features],
      init: initial.normal(sigma),
      trainable: false,
    }) as tf.Tensor2D;
    const phase = tf.mul(tf.matMul(positions(size), frequencies), 2 * Math.PI);
    let x = tf.concat([tf.sin(phase), tf.cos(phase)], 1) as tf.Tensor2D;
    for (let layer = 0; layer < layers; layer++) x = tf.relu(dense(x, width, `hidden${layer}`, context));
    return { image: tf.reshape(tf.tanh(dense(x, channels, 'colour', context)), [1, size, size, channels]) };
  },
});

/** The centres of the pixels in [0, 1]², row by row: [size², 2]. */
function positions(size: number): tf.Tensor2D {
  const data = Float32Array.from({ length: 2 * size * size }, (_, i) => {
    const pixel = i >> 1;
    return ((i % 2 === 0 ? Math.floor(pixel / size) : pixel % size) + 0.5) / size;
  });
  return tf.tensor2d(data, [size * size, 2]);
}

/** x·w + b, with w of He et al. (ICCV 2015): standard deviation √(2 / inputs). */
function dense(x: tf.Tensor2D, units: number, name: string, { weights }: NetworkContext): tf.Tensor2D {
  const inputs = x.shape[1];
  const w = weights.get(`${name}.weight`, {
    shape: [inputs, units],
    init: initial.normal(Math.sqrt(2 / inputs)),
  });
  const b = weights.get(`${name}.bias`, { shape: [units], init: initial.zeros });
  return tf.add(tf.matMul(x, w as tf.Tensor2D), b);
}
