import * as tf from '@tensorflow/tfjs-core';
import {
  createCamera,
  depthToPoints,
  intrinsics,
  inverseIntrinsics,
  pixelGrid,
} from '../../../runtime/ops/geometry/camera.ts';
import { normalsFromDepth } from '../../../runtime/ops/geometry/normals.ts';
import { viewTransform } from '../../../runtime/ops/geometry/view.ts';
import {
  inverseWarpedGrid,
  inverseWarpedPoints,
  warpedGrid,
  warpedPoints,
} from '../../../runtime/ops/geometry/warp-grid.ts';
import { hashUniform, noteFill } from '../hash.ts';
import type { CaseHandler } from './handler.ts';

/** Camera, view, warps and normals of the reference's Renderer. */
export const geometry: CaseHandler = {
  family: 'geometry',
  matches: (golden) =>
    golden.reference.includes('renderer.py') && golden.has('depth', 'view', 'K', 'rot_mat'),

  async run(golden, check) {
    const camera = createCamera({ size: golden.number('image_size'), fov: golden.number('fov_degrees', 10) });
    const options = { camera, rotationCentre: golden.number('rot_center_depth', 1) };
    const depth = golden.tensor('depth');
    const view = golden.tensor('view');

    await check.tensor('K', intrinsics(camera));
    await check.tensor('inv_K', inverseIntrinsics(camera));
    await check.tensor('get_grid_normalized', pixelGrid(camera, { units: 'normalized' }));
    await check.tensor('get_grid_pixels', pixelGrid(camera, { units: 'pixels' }));

    const { rotation, translation } = viewTransform(view);
    const { shape } = rotation;
    await check.tensor('rot_mat', rotation);
    await check.tensor('trans_xyz', translation);
    if (golden.has('grad_view_of_rot_mat')) {
      const { k, lo, hi } = noteFill(golden.entry('grad_view_of_rot_mat').note);
      const weights = tf.tensor(hashUniform(k, shape, lo, hi), shape);
      const f = (v: tf.Tensor) => viewTransform(v).rotation;
      await check.gradients(f, [view], {
        names: ['grad_view_of_rot_mat'],
        weights,
      });
    }

    type Op = (depth: tf.Tensor, view: tf.Tensor) => tf.Tensor;
    const ofDepth: Record<string, (depth: tf.Tensor) => tf.Tensor> = {
      depth_to_3d_grid: (d) => depthToPoints(d, camera),
      get_normal_from_depth: (d) => normalsFromDepth(d, camera),
    };
    const ofBoth: Record<string, Op> = {
      get_warped_3d_grid: (d, v) => warpedPoints(d, v, options),
      get_inv_warped_3d_grid: (d, v) => inverseWarpedPoints(d, v, options),
      get_warped_2d_grid: (d, v) => warpedGrid(d, v, options),
      get_inv_warped_2d_grid: (d, v) => inverseWarpedGrid(d, v, options),
    };
    const weights = (name: string) =>
      golden.tensor(name.includes('2d') ? 'grad_weights_2' : 'grad_weights_3');
    for (const [name, op] of Object.entries(ofDepth)) {
      await check.tensor(name, op(depth));
      await check.gradients(op, [depth], {
        names: [`grad_depth_of_${name}`],
        weights: weights(name),
      });
    }
    for (const [name, op] of Object.entries(ofBoth)) {
      await check.tensor(name, op(depth, view));
      const names = [`grad_depth_of_${name}`, `grad_view_of_${name}`];
      await check.gradients(op, [depth, view], { names, weights: weights(name) });
    }
  },
};
