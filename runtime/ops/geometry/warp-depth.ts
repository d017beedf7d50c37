import * as tf from '@tensorflow/tfjs-core';
import { projectToNdc, rasterizeDepth } from '../rasterize-depth.ts';
import { DEFAULT_DEPTH_RANGE, type DepthRange } from './depth-range.ts';
import { type WarpOptions, warpedPoints } from './warp-grid.ts';

/** The camera, the point views rotate about, and the range of canonical depth (0.9 to 1.1 unless given). */
export interface DepthWarpOptions extends WarpOptions, Partial<DepthRange> {}

/** The depths that a view may show: half the range beyond both ends, 0.8 to 1.2 for the default range. */
export function viewDepthRange({
  minDepth = DEFAULT_DEPTH_RANGE.minDepth,
  maxDepth = DEFAULT_DEPTH_RANGE.maxDepth,
}: Partial<DepthRange>): DepthRange {
  const margin = (maxDepth - minDepth) / 2;
  return { minDepth: minDepth - margin, maxDepth: maxDepth + margin };
}

/**
 * The depth map [B,S,S] that each view [B,6] has of a canonical depth map [B,S,S] (either batch may be 1): the mesh of
 * the canonical depth is moved, drawn with a z-buffer and clamped to {@link viewDepthRange}. Pixels of which any sample
 * misses the mesh come out at the far clamp and pass no gradient.
 */
export function warpDepth(depth: tf.Tensor, view: tf.Tensor, options: DepthWarpOptions): tf.Tensor3D {
  return tf.tidy(() => {
    const vertices = projectToNdc(warpedPoints(depth, view, options), options.camera);
    const { minDepth, maxDepth } = viewDepthRange(options);
    return tf.clipByValue(rasterizeDepth(vertices), minDepth, maxDepth);
  });
}

/** Where a view's depth map [B,S,S] of {@link warpDepth} shows the object: 1 below the far clamp, else 0; no gradient. */
export function visibleMask(viewDepth: tf.Tensor, range: Partial<DepthRange> = {}): tf.Tensor3D {
  const { maxDepth } = viewDepthRange(range);
  return tf.tidy(() => tf.cast(tf.less(viewDepth as tf.Tensor3D, maxDepth), 'float32'));
}
