import * as tf from '@tensorflow/tfjs-core';
import { createCamera } from '../../../runtime/ops/geometry/camera.ts';
import type { MeshCrop } from '../../../runtime/ops/geometry/crop-mesh.ts';
import {
  type RenderMeshOptions,
  renderMesh,
  turntable,
  warpImage,
} from '../../../runtime/ops/geometry/render-view.ts';
import { warpedPoints } from '../../../runtime/ops/geometry/warp-grid.ts';
import { projectToNdc, rasterizeDepthMaps } from '../../../runtime/ops/rasterize-depth.ts';
import type { Check } from '../check.ts';
import type { GoldenCase, TensorEntry } from '../fixture.ts';
import { type CaseHandler, keyword } from './handler.ts';

/** Coloured renderings of a mesh and by sampling, at given views and turning. */
export const colourRenderer: CaseHandler = {
  family: 'render-rgb',
  matches: (golden) =>
    golden.reference.includes('render_given_view') && golden.has('image', 'depth', 'views'),

  async run(golden, check) {
    const camera = createCamera({ size: golden.number('image_size'), fov: golden.number('fov_degrees', 10) });
    const range = { minDepth: golden.number('min_depth', 0.9), maxDepth: golden.number('max_depth', 1.1) };
    const drawing = {
      near: golden.number('near', 0.1),
      far: golden.number('far', 10),
      eps: golden.number('eps', 1e-3),
      background: (golden.args.background_color ?? 1) as number | number[],
    };
    const options = { camera, rotationCentre: golden.number('rot_center_depth', 1), ...range, drawing };
    check.without('textures_head', 'colours are interpolated without texture cubes');
    await givenViews(golden, check, options);
    for (const [entry] of golden.matching(/^render_(yaw|view)(_|$)/))
      await turning(golden, check, options, entry);
  },
};

async function givenViews(golden: GoldenCase, check: Check, options: RenderMeshOptions): Promise<void> {
  const depth = golden.tensor('depth');
  const views = golden.tensor('views');
  const [image, mask] = [golden.image('image'), golden.image('mask')];
  await check.image('render_given_view_mesh', renderMesh(image, depth, views, options));
  await check.image('mask_given_view_mesh', renderMesh(mask, depth, views, options));
  for (const alignCorners of [true, false]) {
    const suffix = `given_view_warp_align_corners_${alignCorners ? 'True' : 'False'}`;
    const sampling = { ...options, alignCorners };
    await check.image(`render_${suffix}`, warpImage(image, depth, views, sampling));
    await check.image(`mask_${suffix}`, warpImage(mask, depth, views, { ...sampling, mode: 'nearest' }));
  }
  const last = tf.slice(views, [(views.shape[0] ?? 0) - 1, 0], [1, 6]);
  const vertices = projectToNdc(warpedPoints(depth, last, options), options.camera);
  await check.tensor('face_index_map_last_view', rasterizeDepthMaps(vertices, options.drawing).faceIndex);
}

/** A sweep over yaw, for `render_view` followed by one over pitch, with the arguments that the note gives. */
async function turning(
  golden: GoldenCase,
  check: Check,
  options: RenderMeshOptions,
  { name, note }: TensorEntry,
): Promise<void> {
  const [degrees, counts] = [keyword(note, 'maxr'), keyword(note, 'nsample')].map((value) =>
    [value].flat().map(Number),
  );
  // `render_view` takes [pitch, yaw] and gives yaw first; `render_yaw` takes one number.
  const sweep = (axis: 'pitch' | 'yaw', i: number) =>
    turntable({ axis, degrees: degrees?.at(i) ?? 0, count: counts?.at(i) ?? 0 });
  const views = name.startsWith('render_yaw')
    ? sweep('yaw', 0)
    : tf.concat([sweep('yaw', 1), sweep('pitch', 0)]);
  const crop = meshCrop(keyword(note, 'crop_mesh'));
  const sampled = keyword(note, 'grid_sample') === 'True';
  const render = (image: tf.Tensor4D, depth: tf.Tensor, from?: tf.Tensor) =>
    sampled
      ? warpImage(image, depth, from ? tf.sub(views, from) : views, options)
      : renderMesh(image, depth, views, { ...options, crop, ...(from && { from }) });
  const [image, depth] = [golden.image('image'), golden.tensor('depth')];
  const stored = /\bv_before\b/.test(note ?? '') ? golden.tensor('v_before') : undefined;
  const before = stored && keyword(note, 'v_before') === '-v_before' ? tf.neg(stored) : stored;
  // Every image of the batch turns through all views: [B,T,…].
  const turned = Array.from({ length: image.shape[0] }, (_, b) =>
    render(sample(image, b), sample(depth, b), before && sample(before, b)),
  );
  await check.image(name, tf.concat(turned));
}

/** One sample of a batch, or the only one. */
function sample<T extends tf.Tensor>(batch: T, index: number): T {
  return tf.slice(batch, Math.min(index, (batch.shape[0] ?? 1) - 1), 1);
}

/** Pixels from the top, bottom, left and right border. */
function meshCrop(border: unknown): MeshCrop {
  const [top = 0, bottom = 0, left = 0, right = 0] = Array.isArray(border) ? border.map(Number) : [];
  return { top, bottom, left, right };
}
