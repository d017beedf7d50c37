import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export const latentNoise = defineNode({
  type: 'gan/latent-noise',
  version: 1,
  title: 'Noise that fades out',
  description:
    'A latent with noise n·ε, ε ~ N(0, 1), one ε for all its layers: n = strength·σ·max(0, 1 − t/ramp)², where t goes ' +
    'from 0 to 1 over `steps` evaluations and σ is the spread of latents. At first it makes a projection explore, ' +
    'then it lets it settle (Karras et al. 2020, "Analyzing and Improving the Image Quality of StyleGAN", appendix D, ' +
    'with strength 0.05 and ramp 0.75). Use it in the loss alone: pictures along the way are of the latent itself.',
  example: example(
    {
      w: constant([1, 4, 8], 1),
      spread: constant([1], 2),
      noisy: { type: 'gan/latent-noise', in: { w: 'w', spread: 'spread' }, params: { steps: 10 } },
    },
    'noisy',
  ),
  params: Type.Object({
    steps: Type.Integer({ description: 'Evaluations that t goes over', default: 1000, minimum: 1 }),
    strength: Type.Number({
      description: 'Standard deviation at the beginning, in σ',
      default: 0.05,
      minimum: 0,
    }),
    ramp: Type.Number({
      description: 'Where on t the noise has faded out',
      default: 0.75,
      exclusiveMinimum: 0,
      maximum: 1,
    }),
  }),
  inputs: { w: port('latent[B,...N,L]'), spread: port('float[1]', { description: 'σ' }) },
  outputs: { w: port('latent[B,...N,L]') },
  run({ inputs: { w, spread }, params: { steps, strength, ramp }, context }) {
    const { shape } = w;
    const left = tf.relu(tf.sub(1, tf.div(context.step(), steps * ramp)));
    const scale = tf.mul(tf.mul(tf.square(left), strength), spread);
    const single = shape.map((length, axis) => (axis === 0 || axis === shape.length - 1 ? length : 1));
    return { w: tf.add(w, tf.mul(context.random.normal(single), scale)) };
  },
});
