import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { latentLength } from '../../runtime/nn/stylegan2-params.ts';
import { defineNode, initial, port } from '../../runtime/node.ts';
import { example } from '../_example.ts';

export const randomLatent = defineNode({
  type: 'gan/random-latent',
  version: 1,
  title: 'Random latents',
  description:
    'Latents z ~ N(0, 1), other ones at every pull unless they are fixed, and the number of the first of them, counted ' +
    'from 0 over all pulls. gan/stylegan2-mapping makes latents w of them.',
  example: example({ latents: { type: 'gan/random-latent', params: { count: 2, latent: 16 } } }, 'latents'),
  params: Type.Object({
    count: Type.Integer({ description: 'Number of latents', default: 8, minimum: 1 }),
    latent: latentLength(),
    fixed: Type.Boolean({
      description: 'Whether all pulls give the same, such as for pictures of a training',
      default: false,
    }),
  }),
  inputs: {},
  outputs: { z: port('latent[$count,$latent]'), first: port('float[1]') },
  run({ params: { count, latent, fixed }, context }) {
    const shape = [count, latent];
    return {
      z: fixed ? context.state.get('z', { shape, init: initial.normal(1) }) : context.random.normal(shape),
      first: tf.reshape(tf.mul(context.step(), count), [1]),
    };
  },
});
