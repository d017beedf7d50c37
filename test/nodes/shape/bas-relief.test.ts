import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { basRelief } from '../../../nodes/shape/bas-relief.ts';
import { useEngine } from '../../../runtime/engine/index.ts';
import type { NodeContext } from '../../../runtime/node.ts';
import { checkOperation, ENGINES, expectClose, noise, tensor } from '../../ops/numeric.ts';

const context = {} as NodeContext;
const [B, S] = [2, 7];
const COUNT = B * S * S;
const place = (i: number) => ({
  x: ((i % S) / (S - 1)) * 2 - 1,
  y: ((Math.floor(i / S) % S) / (S - 1)) * 2 - 1,
});

const base = noise(COUNT, 1).map((x, i) => {
  const { x: u, y: v } = place(i);
  return 0.95 + 0.05 * (u * u + v * v) + 0.01 * x;
});
const mask = noise(COUNT, 2).map((x) => (x > -0.5 ? 1 : 0));
const depth = noise(COUNT, 3).map((x) => 1 + 0.05 * x);

function settled(values: tf.Tensor, { scale = true, within = mask } = {}): tf.Tensor3D {
  const inputs = {
    depth: values as tf.Tensor3D,
    base: tensor<tf.Rank.R3>(base, [B, S, S]),
    mask: tensor<tf.Rank.R4>(within, [B, S, S, 1]),
  };
  return basRelief.run({ inputs, params: { scale }, context }).depth as tf.Tensor3D;
}

const settledValues = (values: Float64Array, options = {}) =>
  Float64Array.from(settled(tensor(values, [B, S, S]), options).dataSync());

/** The maps that images leave open. */
const open = (scale: boolean): Float64Array[] => [
  base.map(() => 1),
  base.map((_, i) => place(i).x),
  base.map((_, i) => place(i).y),
  ...(scale ? [base] : []),
];

/** Least squares by the normal equations of each image, in double precision. */
function settledPlainly(values: Float64Array, scale: boolean): Float64Array {
  const result = Float64Array.from(values);
  for (let b = 0; b < B; b++) {
    const at = Array.from({ length: S * S }, (_, i) => b * S * S + i);
    const maps = open(scale).map((map) => at.map((i) => map[i] as number));
    const weights = at.map((i) => mask[i] as number);
    const wanted = at.map((i) => (values[i] as number) - (base[i] as number));
    const dot = (p: number[], q: number[]) =>
      p.reduce((sum, x, i) => sum + x * (q[i] as number) * (weights[i] as number), 0);
    const rows = maps.map((map) => [...maps.map((other) => dot(map, other)), dot(map, wanted)]);
    for (const [k, pivot] of rows.entries()) {
      for (const [j, row] of rows.entries()) {
        if (j === k) continue;
        const factor = (row[k] as number) / (pivot[k] as number);
        for (const i of row.keys()) row[i] = (row[i] as number) - factor * (pivot[i] as number);
      }
    }
    for (const [k, i] of at.entries()) {
      for (const [j, row] of rows.entries()) {
        result[i] =
          (result[i] as number) - ((row.at(-1) as number) / (row[j] as number)) * (maps[j]?.[k] as number);
      }
    }
  }
  return result;
}

describe.each(ENGINES)('what pictures leave open, on %s', (engine) => {
  beforeAll(() => useEngine(engine));

  it.each([true, false])('is as in the base, the rest stays, with its gradient (scale %s)', (scale) => {
    checkOperation({
      shapes: [[B, S, S]],
      inputs: [depth],
      op: (values) => tf.tidy(() => settled(values, { scale })),
      formula: (values) => settledPlainly(values as Float64Array, scale),
      tolerance: 1e-3,
    });
  });

  it('a distance, a slope and a height make no difference', () => {
    const moved = depth.map((d, i) => {
      const { x, y } = place(i);
      return d + 0.1 - 0.05 * x + 0.03 * y + 0.4 * (base[i] as number);
    });
    expectClose(settledValues(moved), settledValues(depth), 1e-5);
    const higher = base.map((d) => 1.2 * d - 0.2);
    expectClose(settledValues(higher), base, 1e-5);
    expect(
      Math.max(...settledValues(higher, { scale: false }).map((d, i) => Math.abs(d - (base[i] as number)))),
    ).toBeGreaterThan(0.005);
  });

  it('an empty mask leaves the depth alone', () => {
    expectClose(settledValues(depth, { within: mask.map(() => 0) }), depth, 1e-6);
  });
});
