import * as tf from '@tensorflow/tfjs-core';
import { type Camera, depthToPoints, pointsToGrid } from './camera.ts';
import { applyInverseView, applyView, type RotationOptions } from './view.ts';

/** The camera, and the point views rotate about. */
export interface WarpOptions extends RotationOptions {
  readonly camera: Camera;
}

/** The points of a canonical depth map [B,S,S], moved by views [B,6]: [B,S,S,3]. */
export function warpedPoints(depth: tf.Tensor, view: tf.Tensor, options: WarpOptions): tf.Tensor4D {
  return tf.tidy(() => applyView(depthToPoints(depth, options.camera), view, options));
}

/** The points of a depth map [B,S,S] seen from views [B,6], moved back into the canonical frame: [B,S,S,3]. */
export function inverseWarpedPoints(depth: tf.Tensor, view: tf.Tensor, options: WarpOptions): tf.Tensor4D {
  return tf.tidy(() => applyInverseView(depthToPoints(depth, options.camera), view, options));
}

/** Where each canonical pixel appears in the view: sampling grid [B,S,S,2], for carrying a view's image to canonical. */
export function warpedGrid(depth: tf.Tensor, view: tf.Tensor, options: WarpOptions): tf.Tensor4D {
  return tf.tidy(() => pointsToGrid(warpedPoints(depth, view, options), options.camera));
}

/**
 * Where each pixel of the view comes from in the canonical image: sampling grid [B,S,S,2], from the depth map seen
 * from the view. Sampling the canonical texture with it renders the view.
 */
export function inverseWarpedGrid(depth: tf.Tensor, view: tf.Tensor, options: WarpOptions): tf.Tensor4D {
  return tf.tidy(() => pointsToGrid(inverseWarpedPoints(depth, view, options), options.camera));
}
