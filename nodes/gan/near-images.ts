import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { example } from '../_example.ts';

export const nearImages = defineNode({
  type: 'gan/near-images',
  version: 1,
  title: 'Images nearby',
  description:
    'Every k-th image of a batch with weak noise, x + σ·ε, ε ~ N(0, 1). loss/gradient-penalty compares the scores of ' +
    'the two. Taking every k-th keeps whole groups of the discriminator’s minibatch deviation together.',
  example: example(
    {
      image: { type: 'source/pattern', params: { size: 8 } },
      near: { type: 'gan/near-images', in: { images: 'image' }, params: { every: 1 } },
    },
    'near',
  ),
  params: Type.Object({
    every: Type.Integer({ description: 'k; it divides the batch', default: 4, minimum: 1 }),
    deviation: Type.Number({ description: 'σ', default: 0.02, exclusiveMinimum: 0 }),
  }),
  inputs: { images: port('image[_,H,W,C]') },
  outputs: { near: port('image[_,H,W,C]') },
  run({ inputs: { images }, params: { every, deviation }, context }) {
    const some = everyNth(images, every);
    return { near: tf.add(some, context.random.normal(some.shape, { std: deviation })) };
  },
});

/** The entries 0, k, 2k, … of a batch. @throws RangeError where k does not divide the batch */
export function everyNth<T extends tf.Tensor>(x: T, every: number): T {
  const [batch = 0, ...rest] = x.shape;
  if (batch % every !== 0)
    throw new RangeError(`every is ${every}, which does not divide the batch of ${batch}`);
  if (every === 1) return x;
  const grouped = tf.reshape(x, [batch / every, every, -1]);
  const first = tf.slice(grouped, [0, 0, 0], [batch / every, 1, grouped.shape[2] as number]);
  return tf.reshape(first, [batch / every, ...rest]) as T;
}
