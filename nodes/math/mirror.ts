import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { copies } from '../_camera.ts';
import { example } from '../_example.ts';

export const mirror = defineNode({
  type: 'math/mirror',
  version: 1,
  title: 'Mirrored copies',
  description:
    'A batch of images or maps, and where there are 2 copies the same mirrored left to right: [x; mirrored x]. A shape ' +
    'that has to explain an image both ways becomes symmetric (Wu et al. 2020, section 3.2).',
  example: example(
    {
      image: { type: 'source/pattern', params: { size: 16 } },
      both: { type: 'math/mirror', in: { x: 'image' }, params: { copies: 2 } },
    },
    'both',
  ),
  params: Type.Object({ copies: copies() }),
  inputs: { x: port('float[B,H,W,...C]') },
  outputs: { y: port('float[$copies*B,H,W,...C]') },
  run: ({ inputs: { x }, params }) => ({
    y: params.copies === 1 ? tf.clone(x) : tf.concat([x, tf.reverse(x, 2)]),
  }),
});
