import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export const kernelDistance = defineNode({
  type: 'metric/kernel-distance',
  version: 1,
  title: 'Kernel distance of two sets',
  description:
    'How much two sets of feature vectors differ: the unbiased squared maximum mean discrepancy with the kernel ' +
    '(x·y/d + 1)³, as in the Kernel Inception Distance (Bińkowski et al. 2018, "Demystifying MMD GANs", section 4), but ' +
    'over whatever features it is given. Features are first brought to mean 0 and deviation 1 over the real ones. Two sets ' +
    'of one kind give about 0, above and below.',
  example: example(
    {
      image: { type: 'source/pattern', params: { size: 8 } },
      two: { type: 'math/mirror', in: { x: 'image' }, params: { copies: 2 } },
      features: { type: 'metric/image-features', in: { images: 'two' }, params: { cells: 4 } },
      other: constant([2, 176], 1),
      distance: { type: 'metric/kernel-distance', in: { real: 'features', fake: 'other' } },
    },
    'distance',
  ),
  params: Type.Object({}),
  inputs: { real: port('float[N,F]'), fake: port('float[M,F]') },
  outputs: { distance: port('metric[]') },
  run({ inputs: { real, fake } }) {
    const { mean, variance } = tf.moments(real, 0, true);
    const deviation = tf.sqrt(tf.add(variance, 1e-4));
    const [x, y] = [real, fake].map((set) => tf.div(tf.sub(set, mean), deviation)) as [
      tf.Tensor2D,
      tf.Tensor2D,
    ];
    const between = tf.mean(kernel(x, y));
    return { distance: tf.sub(tf.add(within(x), within(y)), tf.mul(between, 2)) };
  },
});

/** k(x, y) = (x·y/d + 1)³ for all pairs. */
function kernel(x: tf.Tensor2D, y: tf.Tensor2D): tf.Tensor2D {
  const d = x.shape[1];
  const base = tf.add(tf.div(tf.matMul(x, y, false, true), d), 1);
  return tf.mul(tf.square(base), base);
}

/** The mean of the kernel over pairs of different elements. */
function within(x: tf.Tensor2D): tf.Tensor {
  const [count, d] = x.shape;
  if (count < 2) throw new RangeError('a set of one element has no pairs');
  const own = tf.add(tf.div(tf.sum(tf.square(x), 1), d), 1);
  const diagonal = tf.sum(tf.mul(tf.square(own), own));
  return tf.div(tf.sub(tf.sum(kernel(x, x)), diagonal), count * (count - 1));
}
