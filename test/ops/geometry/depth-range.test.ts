import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  clampBorderDepth,
  depthFromRaw,
  depthToUnit,
  rescaleDepth,
} from '../../../runtime/ops/geometry/depth-range.ts';
import { checkOperation, expectClose } from '../numeric.ts';

beforeAll(() => tf.setBackend('cpu'));

const range = { minDepth: 0.8, maxDepth: 1.4 };

describe('rescaleDepth and depthToUnit', () => {
  it('map the ends of one range to the ends of the other', () => {
    const depth = rescaleDepth(tf.tensor1d([-1, 0, 1]), range);
    expectClose(depth.dataSync(), [0.8, 1.1, 1.4], 1e-6);
    expectClose(depthToUnit(depth, range).dataSync(), [0, 0.5, 1], 1e-6);
  });
});

describe('depthFromRaw', () => {
  it('takes each image’s mean off before tanh, with the gradient', () => {
    const [B, H, W] = [2, 3, 2];
    checkOperation({
      shapes: [[B, H, W]],
      op: (raw) => depthFromRaw(raw as tf.Tensor, range),
      formula: (raw) => {
        const flat = raw as Float64Array;
        const mean = (b: number) =>
          flat.subarray(b * H * W, (b + 1) * H * W).reduce((s, v) => s + v, 0) / (H * W);
        return flat.map((v, i) => 1.1 + 0.3 * Math.tanh(v - mean(Math.floor(i / (H * W)))));
      },
    });
  });

  it('refuses a map with channels', () => {
    expect(() => depthFromRaw(tf.ones([1, 4, 4, 1]), range)).toThrow('depthFromRaw: raw has shape [1,4,4,1]');
  });
});

describe('clampBorderDepth', () => {
  it('overshoots to the border depth in the two outermost columns of each side, with the gradient', () => {
    const W = 6;
    checkOperation({
      shapes: [[2, 2, W]],
      op: (depth) => clampBorderDepth(depth as tf.Tensor, range),
      formula: (depth) =>
        (depth as Float64Array).map((d, i) =>
          i % W < 2 || i % W > 3 ? -0.02 * d + 1.02 * (0.7 * 1.4 + 0.3 * 0.8) : d,
        ),
    });
  });

  it('takes another depth, width and weight', () => {
    const clamped = clampBorderDepth(tf.ones([1, 1, 4]), range, { borderDepth: 2, columns: 1, weight: 1 });
    expectClose(clamped.dataSync(), [2, 1, 1, 2], 1e-6);
  });
});
