import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { matchTemplate } from '../../runtime/ops/index.ts';
import { expectOneOrAll } from '../_batch.ts';
import { constant, example } from '../_example.ts';
import { ellipseIn, FEATURES, featuresInFrame, frameParams } from '../_face-frame.ts';

export const featuresView = defineNode({
  type: 'view/features',
  version: 1,
  title: 'Where the features are',
  description:
    'Finds the features of a mean face (the template of shape/mean-relief) on heads, and by them how the heads turn. A ' +
    'view says where to look: a yaw of θ moves what is in the middle of a head by about −θ radii of it. What is found says ' +
    'the same about the yaw, independently of the network that gave the view, so the view that comes out has the mean of ' +
    'both. Where and how wide the features are is what prior/relief needs.',
  example: example(
    {
      image: { type: 'source/pattern', params: { size: 32 } },
      mask: { type: 'source/box', params: { size: 32, left: 0.2, right: 0.8, top: 0.2, bottom: 0.8 } },
      template: constant([1, 64, 64, 1], 0.1),
      view: constant([1, 6], 0.1),
      found: {
        type: 'view/features',
        in: { image: 'image', mask: 'mask', template: 'template', view: 'view' },
        params: { across: 4, along: 2 },
      },
    },
    'found',
  ),
  params: Type.Object({
    ...frameParams(),
    across: Type.Integer({
      description: 'Samples of the frame that the features may be to the right and left of its middle',
      default: 20,
      minimum: 0,
      maximum: 256,
    }),
    along: Type.Integer({
      description: 'Samples that they may be up and down',
      default: 10,
      minimum: 0,
      maximum: 256,
    }),
    sizes: Type.Array(Type.Number({ exclusiveMinimum: 0 }), {
      description: 'How large they may be, as shares of the template’s size',
      default: [0.75, 0.85, 0.95, 1.05, 1.15],
      minItems: 1,
    }),
    widths: Type.Array(Type.Number({ exclusiveMinimum: 0 }), {
      description: 'How wide they may be for their size',
      default: [0.65, 0.8, 0.9, 1],
      minItems: 1,
    }),
    tether: Type.Number({
      description: 'What a sample’s distance from where the view expects them costs, in cosines',
      default: 0.004,
      minimum: 0,
    }),
  }),
  inputs: {
    image: port('image[B,S,S,C]'),
    mask: port('mask[B,S,S,1]'),
    template: port('image[1,$side,$side,1]'),
    view: port('view[B,6]', { description: 'How the heads turn as far as is known' }),
  },
  outputs: {
    place: port('float[B,4]', {
      description:
        'Where the features are, to the right and down in radii of the head, and how wide and high',
    }),
    view: port('view[B,6]'),
  },
  run({
    inputs: { image, mask, template, view },
    params: { across, along, sizes, widths, tether, ...frame },
  }) {
    expectOneOrAll('view', view, image.shape[0]);
    const spacing = (2 * frame.reach) / (frame.side - 1);
    const features = featuresInFrame(image, mask, frame);
    const window = tf.cast<tf.Tensor4D>(tf.greater(ellipseIn(frame, FEATURES), 0), 'float32');
    const [pitch, yaw, rest] = tf.split(view, [1, 1, 4], 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const expected = tf.squeeze<tf.Tensor1D>(tf.div(tf.neg(yaw), spacing), [1]);
    const found = matchTemplate(features, template, window, expected, {
      across,
      along,
      sizes,
      widths,
      tether,
    });
    const [right, down, extent] = tf.split(found, [1, 1, 2], 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const seenYaw = tf.mul(right, -spacing);
    return {
      place: tf.concat([tf.mul(right, spacing), tf.mul(down, spacing), extent], 1) as tf.Tensor2D,
      view: tf.concat([pitch, tf.div(tf.add(yaw, seenYaw), 2), rest], 1) as tf.Tensor2D,
    };
  },
});
