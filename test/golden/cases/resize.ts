import * as tf from '@tensorflow/tfjs-core';
import {
  adaptiveAvgPool2d,
  cropCentre,
  resize,
  resizeBilinear,
  resizeNearest,
} from '../../../runtime/ops/resize.ts';
import type { GoldenCase } from '../fixture.ts';
import { hashUniform, noteFill } from '../hash.ts';
import { toNhwc } from '../layout.ts';
import type { CaseHandler } from './handler.ts';

/** Resizing and cropping; what is wanted is in the tensors' names. */
export const resizing: CaseHandler = {
  family: 'resize',
  matches: (golden) => golden.reference.includes('utils.py') && golden.has('in_0', 'out_0'),

  async run(golden, check) {
    for (const [, match] of golden.matching(/^in_(\d+)$/)) {
      const index = match[1] ?? '';
      const out = golden.entry(`out_${index}`);
      const [height = 0, width = 0] = out.shape.slice(-2);
      const input = image(golden, `in_${index}`);
      const f = (x: tf.Tensor) => resize(x as tf.Tensor4D, [height, width]);
      await check.image(out.name, f(input));
      const gradient = golden.find(`grad_${index}`);
      if (!gradient) continue;
      const { k, lo, hi } = noteFill(gradient.note);
      const weights = toNhwc(hashUniform(k, out.shape, lo, hi), withChannels(out.shape), gradient.name);
      await check.gradients(f, [input], {
        names: [gradient.name],
        weights: tf.tensor4d(weights.values, weights.shape),
        layout: 'image',
      });
    }
    for (const [{ name }, [, size]] of golden.matching(/^crop_out_(\d+)$/)) {
      await check.image(name, cropCentre(image(golden, 'crop_in'), Number(size)));
    }
    for (const [{ name }, [, height, width]] of golden.matching(
      /^bilinear_align_corners_true_to_(\d+)x(\d+)$/,
    )) {
      const size = [Number(height), Number(width)] as const;
      await check.image(name, resizeBilinear(image(golden, 'ac_in'), size, { alignCorners: true }));
    }
    for (const [{ name }, [, height, width]] of golden.matching(/^nearest_to_(\d+)x(\d+)$/)) {
      await check.image(name, resizeNearest(image(golden, 'ac_in'), [Number(height), Number(width)]));
    }
    for (const [{ name }, [, size]] of golden.matching(/^adaptive_avg_pool_(\d+)$/)) {
      await check.image(name, adaptiveAvgPool2d(image(golden, 'aap_in'), [Number(size), Number(size)]));
    }
  },
};

/** An image stored as [B,C,H,W] or, with one channel, as [B,H,W]. */
function image(golden: GoldenCase, name: string): tf.Tensor4D {
  const { values, shape } = toNhwc(golden.array(name), withChannels(golden.entry(name).shape), name);
  return tf.tensor4d(values, shape);
}

function withChannels(shape: readonly number[]): readonly number[] {
  const [batch = 0, ...rest] = shape;
  return shape.length === 3 ? [batch, 1, ...rest] : shape;
}
