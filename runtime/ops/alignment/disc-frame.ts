import * as tf from '@tensorflow/tfjs-core';
import { fail, shape4 } from '../check.ts';

/** A disc with the middle and the area of each mask of a batch; lengths in pixels. */
export interface Discs {
  /** Its middle, to the right, [B,1,1]. */
  readonly x: tf.Tensor3D;
  /** Its middle, downwards, [B,1,1]. */
  readonly y: tf.Tensor3D;
  /** [B,1,1], at least that of a pixel. */
  readonly radius: tf.Tensor3D;
}

/** A square around a disc: its middle is that of the disc, and its edges are so many radii from there. */
export interface Frame {
  /** Its side in samples; the outermost ones are on its edges. */
  readonly side: number;
  readonly reach: number;
}

/** Where something is in the frames of a batch, [B,4]: to the right and down, in radii, and how wide and high it is there. */
export type Places = tf.Tensor2D;

/** The discs of masks [B,H,W,1]; an empty mask has one of a pixel in the corner. */
export function discsOf(mask: tf.Tensor4D): Discs {
  const [, height, width, channels] = shape4('discsOf', 'mask', mask);
  if (channels !== 1) fail('discsOf', `mask has ${channels} channels, expected 1`);
  const { x, y, radius } = tf.tidy(() => {
    const map = tf.squeeze<tf.Tensor3D>(mask, [3]);
    const area = tf.maximum(tf.sum(map, [1, 2], true), 1);
    const middle = (places: tf.Tensor) =>
      tf.div<tf.Tensor3D>(tf.sum(tf.mul(map, places), [1, 2], true), area);
    return {
      x: middle(tf.reshape(tf.range(0, width), [1, 1, -1])),
      y: middle(tf.reshape(tf.range(0, height), [1, -1, 1])),
      radius: tf.sqrt(tf.div<tf.Tensor3D>(area, Math.PI)),
    };
  });
  return { x, y, radius };
}

/**
 * Where a frame looks in an image of so many pixels a side: a grid [B,G,G,2] for gridSample with aligned corners.
 * `moved` [B,2] moves what it shows to the right and down, in radii.
 */
export function frameGrid(
  { x, y, radius }: Discs,
  { side, reach }: Frame,
  { size, moved }: { readonly size: number; readonly moved?: tf.Tensor2D },
): tf.Tensor4D {
  return tf.tidy(() => {
    const batch = x.shape[0];
    const [right, down] = moved ? tf.split(tf.reshape(moved, [batch, 1, 2]), 2, 2) : [0, 0];
    const radii = tf.linspace(-reach, reach, side);
    const across = tf.reshape(radii, [1, 1, side]);
    const along = tf.reshape(radii, [1, side, 1]);
    const u = tf.add(x, tf.mul(tf.sub(across, right as tf.Tensor), radius));
    const v = tf.add(y, tf.mul(tf.sub(along, down as tf.Tensor), radius));
    const square = [batch, side, side];
    return tf.stack(
      [u, v].map((pixels) => toGrid(tf.broadcastTo(pixels, square), size)),
      3,
    ) as tf.Tensor4D;
  });
}

/**
 * Where the pixels of an image are in a frame: a grid [B,S,S,2] that brings a map [B,G,G,C] of the frame into images, at
 * the places where it was found there.
 */
export function imageGrid(
  { x, y, radius }: Discs,
  { side, reach }: Frame,
  { size, places }: { readonly size: number; readonly places: Places },
): tf.Tensor4D {
  return tf.tidy(() => {
    const batch = x.shape[0];
    const [right, down, wide, high] = tf.split(tf.reshape(places, [batch, 1, 4]), 4, 2) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    const pixels = tf.range(0, size);
    const u = tf.div(tf.sub(tf.reshape(pixels, [1, 1, size]), x), radius);
    const v = tf.div(tf.sub(tf.reshape(pixels, [1, size, 1]), y), radius);
    const samples = (radii: tf.Tensor) => tf.mul(tf.add(radii, reach), (side - 1) / (2 * reach));
    const square = [batch, size, size];
    return tf.stack(
      [tf.div(tf.sub(u, right), wide), tf.div(tf.sub(v, down), high)].map((radii) =>
        toGrid(tf.broadcastTo(samples(radii), square), side),
      ),
      3,
    ) as tf.Tensor4D;
  });
}

/** Positions in samples, of which a side has so many, as −1…1. */
function toGrid(samples: tf.Tensor, side: number): tf.Tensor {
  return tf.sub(tf.mul(samples, 2 / (side - 1)), 1);
}
