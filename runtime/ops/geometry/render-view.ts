import * as tf from '@tensorflow/tfjs-core';
import { gridSample } from '../grid-sample.ts';
import { type RasterizeColourOptions, rasterizeColour } from '../rasterize-colour.ts';
import { projectToNdc } from '../rasterize-depth.ts';
import { depthToPoints } from './camera.ts';
import { cropMesh, type MeshCrop } from './crop-mesh.ts';
import { applyInverseView, applyView } from './view.ts';
import { type DepthWarpOptions, warpDepth } from './warp-depth.ts';
import { inverseWarpedGrid } from './warp-grid.ts';

/** How {@link warpImage} samples. */
export interface WarpImageOptions extends DepthWarpOptions {
  readonly mode?: 'bilinear' | 'nearest';
  /** True unless given, as in the PyTorch that the original was written for. */
  readonly alignCorners?: boolean;
}

/**
 * Renders images [B,S,S,C] on canonical depth [B,S,S] as views [B,6] see them, by sampling: zeros where the view shows
 * no object. Differentiable by all three.
 */
export function warpImage(
  image: tf.Tensor4D,
  depth: tf.Tensor,
  view: tf.Tensor,
  { mode = 'bilinear', alignCorners = true, ...options }: WarpImageOptions,
): tf.Tensor4D {
  return tf.tidy(() => {
    const grid = inverseWarpedGrid(warpDepth(depth, view, options), view, options);
    return gridSample(repeated(image, grid.shape[0]), grid, { mode, alignCorners });
  });
}

/** How {@link renderMesh} places the mesh. */
export interface RenderMeshOptions extends DepthWarpOptions {
  /** A view [B,6] to take off before the view is applied. */
  readonly from?: tf.Tensor;
  readonly crop?: MeshCrop;
  /** Drawn depths, background and edge treatment. */
  readonly drawing?: RasterizeColourOptions;
}

/**
 * Draws the mesh of canonical depth [B,S,S], coloured with images [B,S,S,C], as views [B,6] see it: white where there
 * is no mesh, values kept within [−1, 1]. Sharper at outlines than {@link warpImage}, and without a gradient.
 */
export function renderMesh(
  image: tf.Tensor4D,
  depth: tf.Tensor,
  view: tf.Tensor,
  { from, crop, drawing, ...options }: RenderMeshOptions,
): tf.Tensor4D {
  return tf.tidy(() => {
    const points = depthToPoints(depth, options.camera);
    const cropped = crop ? cropMesh(points, crop) : points;
    const canonical = from ? applyInverseView(cropped, from, options) : cropped;
    const vertices = projectToNdc(applyView(canonical, view, options), options.camera);
    return tf.clipByValue(rasterizeColour(vertices, repeated(image, vertices.shape[0]), drawing), -1, 1);
  });
}

/** Views [N,6] that turn by evenly spaced angles from −degrees to +degrees about one axis; a single one is at −degrees. */
export function turntable({
  axis,
  degrees,
  count,
}: {
  axis: 'pitch' | 'yaw';
  degrees: number;
  count: number;
}): tf.Tensor2D {
  return tf.tidy(() => {
    const angles = tf.linspace(-degrees, degrees, count);
    const radians = tf.reshape(tf.mul(angles, Math.PI / 180), [count, 1]);
    const zeros = (columns: number) => tf.zeros([count, columns]);
    return axis === 'pitch'
      ? tf.concat2d([radians, zeros(5)] as tf.Tensor2D[], 1)
      : tf.concat2d([zeros(1), radians, zeros(4)] as tf.Tensor2D[], 1);
  });
}

function repeated(image: tf.Tensor4D, batch: number): tf.Tensor4D {
  return image.shape[0] === batch ? image : tf.tile(image, [batch, 1, 1, 1]);
}
