import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { discsOf, type Frame, frameGrid, gridSample, localContrast } from '../runtime/ops/index.ts';

/** The frame in which heads are compared: a square around a disc with the middle and the area of the head's mask. */
export const frameParams = () => ({
  side: Type.Integer({
    description: 'Samples along a side of the frame',
    default: 64,
    minimum: 16,
    maximum: 256,
  }),
  reach: Type.Number({
    description: 'From the middle of a head to the edges of its frame, in radii of a disc of its area',
    default: 1.3,
    exclusiveMinimum: 0,
  }),
});

/** An upright ellipse in a frame, in radii. */
export interface Ellipse {
  readonly width: number;
  readonly height: number;
  /** How far its middle is below that of the frame. */
  readonly below: number;
}

/** Where the features of a face are, from brows to mouth. */
export const FEATURES: Ellipse = { width: 0.7, height: 0.8, below: 0.1 };

/** 1 in the middle of an ellipse and 0 at its rim, negative outside, [1,G,G,1]. */
export function ellipseIn({ side, reach }: Frame, { width, height, below }: Ellipse): tf.Tensor4D {
  const radii = tf.linspace(-reach, reach, side);
  const x = tf.square(tf.div(tf.reshape(radii, [1, 1, side, 1]), width));
  const y = tf.square(tf.div(tf.sub(tf.reshape(radii, [1, side, 1, 1]), below), height));
  return tf.sub(1, tf.add(x, y));
}

/** What images [B,S,S,C] show in the frames of their masks [B,S,S,1], [B,G,G,C]; moved by radii [B,2] to the right and down. */
export function inFrame(
  image: tf.Tensor4D,
  mask: tf.Tensor4D,
  frame: Frame,
  moved?: tf.Tensor2D,
): tf.Tensor4D {
  const grid = frameGrid(discsOf(mask), frame, { size: image.shape[1], ...(moved && { moved }) });
  return gridSample(image, grid, { mode: 'bilinear', alignCorners: true });
}

/** 1 where a frame shows the head itself, [B,G,G,1]. */
export function headInFrame(mask: tf.Tensor4D, frame: Frame, moved?: tf.Tensor2D): tf.Tensor4D {
  return tf.cast(tf.greater(inFrame(mask, mask, frame, moved), 0.9), 'float32');
}

/** The local contrast of heads in their frames, [B,G,G,1]: what tells their features, whatever the light. */
export function featuresInFrame(image: tf.Tensor4D, mask: tf.Tensor4D, frame: Frame): tf.Tensor4D {
  const grey = tf.mean<tf.Tensor4D>(image, 3, true);
  return localContrast(inFrame(grey, mask, frame), headInFrame(mask, frame));
}
