import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { resize } from '../../runtime/ops/index.ts';
import { example } from '../_example.ts';

/** Directions that gradients are sorted into. */
const DIRECTIONS = 8;
const GREY = [0.299, 0.587, 0.114];

export const imageFeatures = defineNode({
  type: 'metric/image-features',
  version: 1,
  title: 'Fixed features of images',
  description:
    'Numbers that describe images, of no learnt network: the colours of the image at a small size, and in each of as ' +
    'many cells how much its grey values rise in 8 directions (histograms of oriented gradients, Dalal and Triggs 2005, ' +
    'without their block normalisation). For metric/kernel-distance.',
  example: example(
    {
      image: { type: 'source/pattern', params: { size: 16 } },
      features: { type: 'metric/image-features', in: { images: 'image' }, params: { cells: 4 } },
    },
    'features',
  ),
  params: Type.Object({
    cells: Type.Integer({
      description: 'Cells along a side; it divides that of the images',
      default: 8,
      minimum: 1,
    }),
  }),
  inputs: { images: port('image[B,S,S,3]') },
  outputs: { features: port('float[B,_]') },
  run({ inputs: { images }, params: { cells } }) {
    const [batch, size] = images.shape;
    if (size % cells !== 0) throw new RangeError(`${cells} cells do not divide images of ${size}×${size}`);
    const colours = resize(images, [cells, cells]);
    const grey = tf.sum(tf.mul(images, GREY), 3) as tf.Tensor3D;
    const inner = size - 2;
    const at = (y: number, x: number) => tf.slice(grey, [0, y, x], [batch, inner, inner]);
    const [dx, dy] = [tf.sub(at(1, 2), at(1, 0)), tf.sub(at(2, 1), at(0, 1))];
    // The part of the gradient along each direction, where it points that way.
    const along = Array.from({ length: DIRECTIONS }, (_, i) => {
      const angle = (2 * Math.PI * i) / DIRECTIONS;
      return tf.relu(tf.add(tf.mul(dx, Math.cos(angle)), tf.mul(dy, Math.sin(angle))));
    });
    const padded = tf.pad(tf.stack(along, 3), [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ]) as tf.Tensor4D;
    const histograms = resize(padded, [cells, cells]);
    return {
      features: tf.concat(
        [tf.reshape(colours, [batch, cells * cells * 3]), tf.reshape(histograms, [batch, -1])],
        1,
      ),
    };
  },
});
