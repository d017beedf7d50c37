import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant, example } from '../_example.ts';

export const ganGenerator = defineNode({
  type: 'loss/gan-generator',
  version: 1,
  title: 'Generator’s loss',
  description:
    'mean(softplus(−D(G(z)))): the non-saturating loss of a generator (Goodfellow et al. 2014, section 3).',
  example: example(
    { fake: constant([4, 1], -1), loss: { type: 'loss/gan-generator', in: { fake: 'fake' } } },
    'loss',
  ),
  params: Type.Object({}),
  inputs: { fake: port('float[_,1]', { description: 'Scores of generated images' }) },
  outputs: { loss: port('loss[]') },
  run: ({ inputs: { fake } }) => ({ loss: tf.mean(tf.softplus(tf.neg(fake))) }),
});
