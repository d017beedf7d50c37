import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { avgPool2d } from '../../runtime/ops/avg-pool.ts';
import { constant, example } from '../_example.ts';

export const pyramid = defineNode({
  type: 'loss/pyramid',
  version: 1,
  title: 'Pixels and edges at several scales',
  description:
    'mean|a − b| + edges·(mean|∂ₓa − ∂ₓb| + mean|∂ᵧa − ∂ᵧb|), ∂ a difference of neighbours, averaged over an image and ' +
    'its halvings (means of 2×2 pixels, while both sides are even and exceed 4). It compares colours and edges and ' +
    'knows nothing of what they show: it stands in for loss/lpips where there are no weights of VGG16.',
  example: example(
    {
      image: { type: 'source/pattern', params: { size: 16 } },
      target: constant([1, 16, 16, 3]),
      loss: { type: 'loss/pyramid', in: { image: 'image', target: 'target' } },
    },
    'loss',
  ),
  params: Type.Object({
    levels: Type.Integer({ description: 'Scales, the full one included', default: 4, minimum: 1 }),
    edges: Type.Number({ description: 'Weight of the differences of neighbours', default: 1, minimum: 0 }),
  }),
  inputs: { image: port('image[B,H,W,C]'), target: port('image[B,H,W,C]') },
  outputs: { loss: port('loss[]') },
  run({ inputs, params: { levels, edges } }) {
    const terms: tf.Tensor[] = [];
    let difference = tf.sub<tf.Tensor4D>(inputs.image, inputs.target);
    for (let level = 0; level < levels; level++) {
      if (level > 0) {
        const [, height, width] = difference.shape;
        if (height <= 4 || width <= 4 || height % 2 > 0 || width % 2 > 0) break;
        difference = avgPool2d(difference, { kernel: 2 });
      }
      terms.push(tf.mean(tf.abs(difference)));
      if (edges > 0) terms.push(...[1, 2].map((axis) => tf.mul(edges, edgeError(difference, axis))));
    }
    const scales = edges > 0 ? terms.length / 3 : terms.length;
    return { loss: tf.div(tf.addN(terms), scales) };
  },
});

/** The mean absolute difference of neighbours along an axis. */
function edgeError(x: tf.Tensor4D, axis: number): tf.Tensor {
  const length = (x.shape[axis] as number) - 1;
  const size = x.shape.map((full, i) => (i === axis ? length : full));
  const shifted = x.shape.map((_, i) => (i === axis ? 1 : 0));
  return tf.mean(tf.abs(tf.sub(tf.slice(x, shifted, size), tf.slice(x, [0, 0, 0, 0], size))));
}
