import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';
import { mirrored } from './mirror.ts';

export const symmetricView = defineNode({
  type: 'view/symmetric',
  version: 1,
  title: 'View, seen both ways',
  description:
    'From the views that a network gives of images and of their mirrored copies (math/mirror) one view of each image: ' +
    'half the sum of its own and of its copy’s, mirrored back. An object that is symmetric has then no yaw where it ' +
    'faces the camera, whatever the network calls frontal.',
  example: example(
    { seen: constant([4, 6], 0.1), own: { type: 'view/symmetric', in: { view: 'seen' } } },
    'own',
  ),
  params: Type.Object({}),
  inputs: { view: port('view[2*B,6]', { description: 'Of the images, and then of their mirrored copies' }) },
  outputs: { view: port('view[B,6]') },
  run({ inputs: { view } }) {
    const [own, copy] = tf.split(view, 2) as [tf.Tensor, tf.Tensor];
    return { view: tf.mul(tf.add(own, mirrored(copy)), 0.5) as tf.Tensor2D };
  },
});
