import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../runtime/engine/index.ts';
import { groupNorm } from '../../runtime/ops/group-norm.ts';
import { checkOperation, ENGINES } from './numeric.ts';

const [B, H, W, C] = [2, 3, 2, 6] as const;

function reference(x: Float64Array, gamma: Float64Array, beta: Float64Array, groups: number, eps: number) {
  const size = C / groups;
  const out = new Float64Array(x.length);
  for (let b = 0; b < B; b++)
    for (let g = 0; g < groups; g++) {
      const members = Array.from({ length: H * W * size }, (_, i) => {
        return (b * H * W + Math.floor(i / size)) * C + g * size + (i % size);
      });
      const mean = members.reduce((sum, i) => sum + (x[i] as number), 0) / members.length;
      const variance = members.reduce((sum, i) => sum + ((x[i] as number) - mean) ** 2, 0) / members.length;
      for (const i of members) {
        const unit = ((x[i] as number) - mean) / Math.sqrt(variance + eps);
        out[i] = unit * (gamma[i % C] as number) + (beta[i % C] as number);
      }
    }
  return out;
}

describe.each(ENGINES)('groupNorm on %s', (engine) => {
  beforeAll(() => useEngine(engine));
  for (const groups of [1, 2, 3, 6]) {
    it(`normalises ${groups} groups, with gradients of both orders`, () => {
      checkOperation({
        shapes: [[B, H, W, C], [C], [C]],
        op: (x, gamma, beta) =>
          groupNorm(x as tf.Tensor4D, gamma as tf.Tensor1D, beta as tf.Tensor1D, { groups, eps: 1e-3 }),
        formula: (x, gamma, beta) =>
          reference(x as Float64Array, gamma as Float64Array, beta as Float64Array, groups, 1e-3),
        second: true,
      });
    });
  }

  it('keeps its precision far from zero', () => {
    const x = tf.tensor4d([1000, 1001, 1002, 1003], [1, 2, 2, 1]);
    const out = groupNorm(x, tf.ones([1]), tf.zeros([1]), { groups: 1 }).dataSync();
    expect(out[0]).toBeCloseTo(-1.5 / Math.sqrt(1.25 + 1e-5), 5);
  });

  it('names what does not fit', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 2, 2, 6]);
    const six = tf.zeros<tf.Rank.R1>([6]);
    expect(() => groupNorm(x, six, six, { groups: 4 })).toThrow(
      'groupNorm: 4 groups do not divide the 6 channels of x [1,2,2,6]',
    );
    expect(() => groupNorm(x, tf.zeros([3]), six, { groups: 2 })).toThrow(
      'groupNorm: gamma has shape [3], expected [6]',
    );
    expect(() => groupNorm(x, six, tf.zeros([1, 6]) as tf.Tensor as tf.Tensor1D, { groups: 2 })).toThrow(
      'groupNorm: beta has shape [1,6], expected [6]',
    );
    expect(() => groupNorm(x, six, six, { groups: 0 })).toThrow(
      'groups is 0, expected an integer of at least 1',
    );
  });
});
