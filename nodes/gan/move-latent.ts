import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { expectOneOrAll } from '../_batch.ts';
import { constant, example } from '../_example.ts';

export const moveLatent = defineNode({
  type: 'gan/move-latent',
  version: 1,
  title: 'Latent moved by an offset',
  description:
    'w + Δw, the same offset for every layer of the generator where each has a latent of its own (W+): how the latent ' +
    'offset of step 2 (Pan et al. 2021, section 3.2) applies to what a projection into W+ found. One latent, or one for ' +
    'every offset.',
  example: example(
    {
      w: constant([1, 4, 8], 1),
      offset: constant([2, 8], 0.1),
      moved: { type: 'gan/move-latent', in: { w: 'w', offset: 'offset' } },
    },
    'moved',
  ),
  params: Type.Object({}),
  inputs: { w: port('latent[_,N,L]'), offset: port('latent[B,L]') },
  outputs: { w: port('latent[B,N,L]') },
  run({ inputs: { w, offset } }) {
    expectOneOrAll('w', w, offset.shape[0]);
    return { w: tf.add(w, tf.expandDims(offset, 1)) as tf.Tensor3D };
  },
});
