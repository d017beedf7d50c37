import * as tf from '@tensorflow/tfjs-core';
import { createCamera } from '../../../runtime/ops/geometry/camera.ts';
import { viewDepthRange, warpDepth } from '../../../runtime/ops/geometry/warp-depth.ts';
import { warpedPoints } from '../../../runtime/ops/geometry/warp-grid.ts';
import { projectToNdc, rasterizeDepth, rasterizeDepthMaps } from '../../../runtime/ops/rasterize-depth.ts';
import type { Check } from '../check.ts';
import type { GoldenCase } from '../fixture.ts';
import { gridFaces } from '../grid-faces.ts';
import type { CaseHandler } from './handler.ts';

/** Canonical depth seen from a view: the z-buffer, its intermediate results and its gradients. */
export const depthRasterizer: CaseHandler = {
  family: 'rasterize-depth',
  matches: (golden) => golden.reference.includes('warp_canon_depth') && golden.has('canon_depth', 'view'),

  async run(golden, check) {
    const camera = createCamera({ size: golden.number('image_size'), fov: golden.number('fov_degrees', 10) });
    const range = { minDepth: golden.number('min_depth', 0.9), maxDepth: golden.number('max_depth', 1.1) };
    const options = { camera, rotationCentre: golden.number('rot_center_depth', 1), ...range };
    const limits = { near: golden.number('near', 0.1), far: golden.number('far', 100) };
    const depth = golden.tensor('canon_depth');
    const view = golden.tensor('view');

    const warp = (d: tf.Tensor, v: tf.Tensor) => warpDepth(d, v, options);
    await check.tensor('warped_depth', warp(depth, view));
    const weights = golden.tensor('grad_weights');
    await check.gradients(warp, [depth, view], {
      names: ['grad_canon_depth', 'grad_view'],
      weights,
    });

    const points = warpedPoints(depth, view, options);
    const { minDepth, maxDepth } = viewDepthRange(range);
    const draw = (p: tf.Tensor) =>
      tf.clipByValue(rasterizeDepth(projectToNdc(p as tf.Tensor4D, camera), limits), minDepth, maxDepth);
    await check.gradients(draw, [points], { names: ['grad_warped_3d_grid'], weights });

    const vertices = projectToNdc(points, camera);
    await checkFaces(golden, check, vertices);
    const maps = rasterizeDepthMaps(vertices, limits);
    await check.tensor('raw_depth_aa', maps.depth);
    await check.tensor('face_index_map', maps.faceIndex);
    await check.tensor('depth_map_supersampled', maps.supersampled);
  },
};

/** The order of faces and corners, and the projected corners of the first faces. */
async function checkFaces(golden: GoldenCase, check: Check, vertices: tf.Tensor4D): Promise<void> {
  const faces = gridFaces(vertices.shape[1]);
  const order = golden.find('face_idx');
  if (order) {
    const values = faces.slice(0, order.shape[0] ?? 0).flat();
    check.values('face_idx', { values, shape: order.shape });
  }
  const heads = golden.find('projected_faces_head');
  if (heads) {
    const corners = faces.slice(0, heads.shape[1] ?? 0).flat();
    const flat = tf.reshape(vertices, [heads.shape[0] ?? 0, -1, 3]);
    const gathered = tf.gather(flat, tf.tensor1d(corners, 'int32'), 1);
    await check.tensor('projected_faces_head', tf.reshape(gathered, [...heads.shape]));
  }
}
