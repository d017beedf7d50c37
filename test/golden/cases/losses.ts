import * as tf from '@tensorflow/tfjs-core';
import { createCamera } from '../../../runtime/ops/geometry/camera.ts';
import { depthToUnit, rescaleDepth } from '../../../runtime/ops/geometry/depth-range.ts';
import { normalsFromDepth } from '../../../runtime/ops/geometry/normals.ts';
import { photometricLoss, smoothnessLoss } from '../../../runtime/ops/losses.ts';
import {
  angularError,
  depthMetrics,
  evaluationMask,
  scaleInvariantError,
} from '../../../runtime/ops/metrics.ts';
import type { Check } from '../check.ts';
import type { GoldenCase } from '../fixture.ts';
import type { CaseHandler } from './handler.ts';

/** Losses, depth metrics and the depth rescaler. */
export const losses: CaseHandler = {
  family: 'losses',
  matches: (golden) => golden.reference.includes('photometric_loss') && golden.has('im1', 'im2'),

  async run(golden, check) {
    await photometric(golden, check);
    await smoothness(golden, check);
    await metrics(golden, check);

    const range = { minDepth: golden.number('min_depth', 0.9), maxDepth: golden.number('max_depth', 1.1) };
    const rescaled = rescaleDepth(golden.tensor('rescaler_in'), range);
    await check.tensor('depth_inv_rescaler_of_that', depthToUnit(rescaled, range));
    await check.tensor('depth_rescaler', rescaled);
  },
};

async function photometric(golden: GoldenCase, check: Check): Promise<void> {
  const target = golden.image('im1');
  const mask = golden.image('mask');
  const sigma = golden.image('conf_sigma');
  const variants = { photometric: {}, photometric_mask: { mask }, photometric_mask_sigma: { mask, sigma } };
  for (const [name, options] of Object.entries(variants)) {
    const loss = (image: tf.Tensor) => photometricLoss(image, target, options);
    const image = golden.image('im2');
    await check.tensor(name, loss(image));
    await check.gradients(loss, [image], { names: [`grad_${name}`], layout: 'image' });
  }
}

async function smoothness(golden: GoldenCase, check: Check): Promise<void> {
  const loss = (map: tf.Tensor) => smoothnessLoss(map);
  const map3 = golden.tensor('map3');
  await check.tensor('smooth_map3', loss(map3));
  await check.gradients(loss, [map3], { names: ['grad_smooth_map3'] });
  const map4 = golden.image('map4');
  await check.tensor('smooth_map4', loss(map4));
  await check.gradients(loss, [map4], { names: ['grad_smooth_map4'], layout: 'image' });
  await check.tensor('smooth_list', smoothnessLoss([map3, everySecondPixel(golden, 'map3')]));
}

function everySecondPixel(golden: GoldenCase, name: string): tf.Tensor {
  const [batch = 0, height = 0, width = 0] = golden.entry(name).shape;
  const even = (_: number, i: number) => Math.floor(i / width) % 2 === 0 && (i % width) % 2 === 0;
  const plane = (b: number) => golden.array(name).slice(b * height * width, (b + 1) * height * width);
  const kept = Array.from({ length: batch }, (_, b) => [...plane(b)].filter(even)).flat();
  return tf.tensor(kept, [batch, Math.ceil(height / 2), Math.ceil(width / 2)]);
}

async function metrics(golden: GoldenCase, check: Check): Promise<void> {
  const depth = golden.tensor('recon_depth');
  const truth = golden.tensor('depth_gt');
  const camera = createCamera({ size: depth.shape[1] ?? 0, fov: golden.number('fov_degrees', 10) });
  const [minDepth, maxDepth] = [golden.number('min_depth', 0.9), golden.number('max_depth', 1.1)];
  const farClamp = maxDepth + (maxDepth - minDepth) / 2;
  const mask = evaluationMask(truth, tf.cast(tf.less(depth, farClamp), 'float32'));
  const [normals, trueNormals] = [normalsFromDepth(depth, camera), normalsFromDepth(truth, camera)];
  const { mae, mse, side, mad } = depthMetrics({ depth, truth, normals, trueNormals, mask });
  await check.tensor('MAE', mae);
  await check.tensor('MSE', mse);
  await check.tensor('SIDE', side);
  await check.tensor('MAD', mad);
  await check.tensor('sie_map', scaleInvariantError(tf.log(depth), tf.log(truth), mask));
  await check.tensor('sc_inv_err_no_mask', scaleInvariantError(tf.log(depth), tf.log(truth)));
  await check.tensor('normal_error_map_degrees', angularError(normals, trueNormals, mask));
  await check.tensor('angular_no_mask', angularError(normals, trueNormals));
  await check.tensor('eval_mask', mask);
}
