import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { congeal, integrateNormals, photometricStereo, removeBowl } from '../../runtime/ops/index.ts';
import { constant, example } from '../_example.ts';
import { ellipseIn, FEATURES, featuresInFrame, frameParams, headInFrame, inFrame } from '../_face-frame.ts';

/** Where the skin of faces is bare: cheeks, nose and mouth. */
const SKIN = { width: 0.62, height: 0.45, below: 0.35 };
/** Where the mean face is believed; beyond, hair and rims begin. */
const FACE = { width: 0.85, height: 1.05, below: 0.05 };
/** How steeply the relief ends there. */
const FADE = 4;
/** Contrasts reach about ±3. */
const CONTRAST = 1 / 3;

export const meanRelief = defineNode({
  type: 'shape/mean-relief',
  version: 1,
  title: 'Mean relief of a population',
  description:
    'What the faces of a population have in common beyond the outline: nose, eye sockets, brows, from images alone. ' +
    'Frontal heads are brought into one frame by their masks and laid over each other by their features (congealing, ' +
    'Learned-Miller 2006); that gives a template. The normals of a first guess tell the light of each; then how the ' +
    'brightness of a place goes with the light, over all images, tells the normal there (photometric stereo, Woodham ' +
    '1980). Integrated, and without the bowl that any head is, these are the relief: a depth in radii of the head, ' +
    '1 where there is none and less where the face stands out. Give both to prior/relief.',
  example: example(
    {
      image: constant([40, 32, 32, 3], 0.5),
      mask: { type: 'source/box', params: { size: 32, left: 0.2, right: 0.8, top: 0.2, bottom: 0.8 } },
      masks: { type: 'math/repeat', in: { x: 'mask' }, params: { times: 40 } },
      view: constant([40, 6]),
      guess: { type: 'prior/inflated', in: { mask: 'masks' } },
      normals: { type: 'shape/normals', in: { depth: 'guess' } },
      mean: {
        type: 'shape/mean-relief',
        in: { image: 'image', mask: 'masks', view: 'view', normals: 'normals' },
        params: { side: 24, shift: 2 },
      },
    },
    'mean',
  ),
  params: Type.Object({
    ...frameParams(),
    frontal: Type.Number({
      description: 'Heads that turn farther than so many radians are left out',
      default: 0.2,
      exclusiveMinimum: 0,
    }),
    shift: Type.Integer({
      description: 'Samples by which a head is moved at most, in both directions',
      default: 8,
      minimum: 0,
      maximum: 64,
    }),
    rounds: Type.Integer({ description: 'Rounds of laying over each other', default: 6, minimum: 1 }),
    share: Type.Number({
      description: 'Which share of the frontal heads is kept, those that agree best with their mean',
      default: 0.7,
      exclusiveMinimum: 0,
      maximum: 1,
    }),
  }),
  inputs: {
    image: port('image[N,S,S,C]'),
    mask: port('mask[N,S,S,1]'),
    view: port('view[N,6]', { description: 'How each head is turned' }),
    normals: port('normal[N,S,S,3]', { description: 'A first guess, such as those of prior/inflated' }),
  },
  outputs: {
    template: port('image[1,$side,$side,1]', { description: 'The features of the mean face' }),
    depth: port('depth[1,$side,$side]', { description: 'Its relief' }),
    brightness: port('image[1,$side,$side,1]', { description: 'Its albedo, where 1 is that of skin' }),
  },
  run({ inputs: { image, mask, view, normals }, params: { frontal, shift, rounds, share, ...frame } }) {
    const yaw = tf.squeeze<tf.Tensor1D>(tf.slice(view, [0, 1], [-1, 1]), [1]);
    const used = tf.cast<tf.Tensor1D>(tf.less(tf.abs(yaw), frontal), 'float32');
    const window = tf.cast<tf.Tensor4D>(tf.greater(ellipseIn(frame, FEATURES), 0), 'float32');
    const laid = congeal(featuresInFrame(image, mask, frame), window, used, { reach: shift, rounds, share });

    const spacing = (2 * frame.reach) / (frame.side - 1);
    const moved = tf.mul<tf.Tensor2D>(laid.shifts, spacing);
    const grey = inFrame(tf.mean<tf.Tensor4D>(image, 3, true), mask, frame, moved);
    const seen = tf.mul<tf.Tensor4D>(headInFrame(mask, frame, moved), tf.reshape(laid.kept, [-1, 1, 1, 1]));
    const skin = tf.cast<tf.Tensor4D>(tf.greater(ellipseIn(frame, SKIN), 0), 'float32');
    const guess = inFrame(normals, mask, frame, moved);
    const mean = photometricStereo(tf.div(tf.add(grey, 1), 2), seen, guess, skin);

    const face = ellipseIn(frame, FACE);
    const believed = tf.cast<tf.Tensor4D>(
      tf.logicalAnd(tf.greater(face, 0), tf.greater(mean.brightness, 0)),
      'float32',
    );
    const relief = removeBowl(integrateNormals(mean.normals, believed, { spacing }), believed);
    const fade = tf.squeeze<tf.Tensor3D>(tf.clipByValue(tf.mul(face, FADE), 0, 1), [3]);
    return {
      template: tf.clipByValue(tf.mul(laid.mean, CONTRAST), -1, 1),
      depth: tf.add<tf.Tensor3D>(tf.mul(relief, fade), 1),
      brightness: mean.brightness,
    };
  },
});
