import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { depthLoss } from '../../../nodes/loss/depth.ts';
import { depthMetric } from '../../../nodes/metric/depth.ts';
import { useEngine } from '../../../runtime/engine/index.ts';
import type { NodeContext } from '../../../runtime/node.ts';
import { checkOperation, ENGINES, noise, tensor } from '../../ops/numeric.ts';

const context = {} as NodeContext;
const S = 9;
const inside = (i: number, rim: number) =>
  [i % S, Math.floor(i / S)].every((at) => at >= rim && at < S - rim);

/** Two faces of depths around 1 in front of a background that leaves a rim of a pixel. */
const faces = (seed: number) =>
  noise(2 * S * S, seed).map((x, i) => (inside(i % (S * S), 1) ? 1 + 0.05 * x : 1.1));
const truth = faces(1);

function lossOf(
  depth: tf.Tensor,
  normals: number,
  trueDepth = tensor<tf.Rank.R3>(truth, [2, S, S]),
  mask?: tf.Tensor4D,
) {
  const inputs = { depth: depth as tf.Tensor3D, truth: trueDepth, mask };
  return depthLoss.run({ inputs, params: { fov: 10, normals }, context }).loss;
}

const numberOf = (depth: tf.Tensor, normals: number) => lossOf(depth, normals).dataSync()[0] as number;

function sideOf(depth: Float64Array): number {
  const sides = [0, 1].map((face) => {
    const errors: number[] = [];
    for (let i = 0; i < S * S; i++) {
      const at = face * S * S + i;
      if (inside(i, 2)) errors.push(Math.log(depth[at] as number) - Math.log(truth[at] as number));
    }
    const mean = errors.reduce((sum, x) => sum + x, 0) / errors.length;
    return Math.sqrt(errors.reduce((sum, x) => sum + (x - mean) ** 2, 0) / errors.length);
  });
  return ((sides[0] as number) + (sides[1] as number)) / 2;
}

describe.each(ENGINES)('the supervised depth loss on %s', (engine) => {
  beforeAll(() => useEngine(engine));

  it('is SIDE off the background, with its gradient', () => {
    checkOperation({
      shapes: [[2, S, S]],
      inputs: [faces(2)],
      op: (depth) => tf.tidy(() => lossOf(depth, 0)),
      formula: (depth) => Float64Array.of(sideOf(depth as Float64Array)),
      tolerance: 1e-3,
    });
  });

  it('does not mind how far a face is', () => {
    const farther = tf.mul(tensor(truth, [2, S, S]), 1.05);
    expect(numberOf(farther, 1)).toBeLessThan(1e-5);
  });

  it('has a gradient where nothing is wrong', () => {
    const slope = tf.grad((depth) => lossOf(depth, 1))(tensor(truth, [2, S, S]));
    expect(Array.from(slope.dataSync()).every(Number.isFinite)).toBe(true);
  });

  it('adds how far normals are off', () => {
    const plane = (slope: number) =>
      tensor<tf.Rank.R3>(
        Float64Array.from({ length: S * S }, (_, i) => (inside(i, 1) ? 1 + slope * (i % S) : 1.1)),
        [1, S, S],
      );
    const [flat, slanted] = [plane(0), plane(0.01)];
    const values = [0, 1].map((weight) => lossOf(flat, weight, slanted).dataSync()[0] as number);
    const mask = tf.ones([1, S, S, 1]) as tf.Tensor4D;
    const { mad } = depthMetric.run({
      inputs: { depth: flat, truth: slanted, mask },
      params: { fov: 10 },
      context,
    });
    const angle = ((mad.dataSync()[0] as number) * Math.PI) / 180;
    expect(angle).toBeGreaterThan(0.2);
    expect((values[1] as number) - (values[0] as number)).toBeCloseTo(1 - Math.cos(angle), 2);
  });

  it('leaves out what is not in the mask', () => {
    const left = tensor<tf.Rank.R4>(
      Float64Array.from({ length: 2 * S * S }, (_, i) => (i % S < 5 ? 1 : 0)),
      [2, S, S, 1],
    );
    const wrong = (from: number) => {
      const apart = Float64Array.from(truth, (d, i) => (i % S >= from ? d + 0.02 * (i % 2) : d));
      return lossOf(tensor(apart, [2, S, S]), 0, undefined, left).dataSync()[0] as number;
    };
    expect(wrong(4)).toBeLessThan(1e-6);
    expect(wrong(3)).toBeGreaterThan(1e-3);
  });

  it('is NaN without a face', () => {
    expect(lossOf(tf.ones([1, S, S]), 0, tf.ones([1, S, S]) as tf.Tensor3D).dataSync()[0]).toBeNaN();
  });
});
