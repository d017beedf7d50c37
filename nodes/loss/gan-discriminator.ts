import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export const ganDiscriminator = defineNode({
  type: 'loss/gan-discriminator',
  version: 1,
  title: 'Discriminator’s loss',
  description:
    'mean(softplus(−D(x))) + mean(softplus(D(G(z)))): the logistic loss of a discriminator (Goodfellow et al. 2014, ' +
    'equation 1), with what shows the balance of a training. Good signs: 0.5 where it cannot tell, 1 where it always can.',
  example: example(
    {
      real: constant([4, 1], 1),
      fake: constant([4, 1], -1),
      loss: { type: 'loss/gan-discriminator', in: { real: 'real', fake: 'fake' } },
    },
    'loss',
  ),
  params: Type.Object({}),
  inputs: {
    real: port('float[_,1]', { description: 'Scores of real images' }),
    fake: port('float[_,1]', { description: 'Scores of generated images' }),
  },
  outputs: {
    loss: port('loss[]'),
    real: port('float[]', { description: 'Mean score of real images' }),
    fake: port('float[]', { description: 'Mean score of generated images' }),
    signs: port('float[]', { description: 'Share of scores that have the right sign, both kinds alike' }),
  },
  run({ inputs: { real, fake } }) {
    const share = (right: tf.Tensor) => tf.mean(tf.cast(right, 'float32'));
    return {
      loss: tf.add(tf.mean(tf.softplus(tf.neg(real))), tf.mean(tf.softplus(fake))),
      real: tf.mean(real),
      fake: tf.mean(fake),
      signs: tf.mul(tf.add(share(tf.greater(real, 0)), share(tf.less(fake, 0))), 0.5),
    };
  },
});
