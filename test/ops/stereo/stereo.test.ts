import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../runtime/engine/index.ts';
import { integrateNormals, photometricStereo, removeBowl } from '../../../runtime/ops/index.ts';
import { ENGINES, noise, tensor } from '../numeric.ts';

const S = 20;
const SPACING = 1.4 / (S - 1);
const place = (i: number): [number, number] => [(i % S) * SPACING - 0.7, Math.floor(i / S) * SPACING - 0.7];
/** A depth: part of a sphere, with a bump of a height in its middle. */
const depthAt = (x: number, y: number, bump: number) =>
  1 - Math.sqrt(1.5 - x * x - y * y) - bump * Math.exp(-(x * x + y * y) / 0.05);

/** Its normals as shape/normals has them, three numbers a place. */
function normalsOf(bump: number): Float64Array {
  const step = 1e-4;
  return Float64Array.from(
    Array.from({ length: S * S }, (_, i) => {
      const [x, y] = place(i);
      const dx = (depthAt(x + step, y, bump) - depthAt(x - step, y, bump)) / (2 * step);
      const dy = (depthAt(x, y + step, bump) - depthAt(x, y - step, bump)) / (2 * step);
      const length = Math.hypot(dx, dy, 1);
      return [-dx / length, -dy / length, 1 / length];
    }).flat(),
  );
}

const everywhere = (count: number) => tf.ones<tf.Rank.R4>([count, S, S, 1]);

describe.each(ENGINES)('on %s', (engine) => {
  beforeAll(async () => {
    await useEngine(engine);
  });

  it('tells the normals and the albedo of a surface under unknown lights', () => {
    const count = 60;
    const [truth, guess] = [normalsOf(0.12), normalsOf(0)];
    const draws = noise(3 * count, 11);
    const spot = (i: number) => (Math.hypot(...place(i)) < 0.2 ? 0.6 : 1);
    const seen = Float64Array.from({ length: count * S * S }, (_, k) => {
      const [image, i] = [Math.floor(k / (S * S)), k % (S * S)];
      const [c, a, b] = [
        0.5 + 0.3 * (draws[3 * image] as number),
        draws[3 * image + 1],
        draws[3 * image + 2],
      ];
      const shade =
        1 + 0.5 * ((a as number) * (truth[3 * i] as number) + (b as number) * (truth[3 * i + 1] as number));
      // Every tenth image is something else altogether.
      return image % 10 === 9 ? Math.abs(draws[k % draws.length] as number) : c * spot(i) * shade;
    });
    const skin = tensor<tf.Rank.R4>(
      Float64Array.from({ length: S * S }, (_, i) => Number(Math.hypot(...place(i)) > 0.3)),
      [1, S, S, 1],
    );
    const repeated = Float64Array.from(
      { length: count * 3 * S * S },
      (_, k) => guess[k % guess.length] as number,
    );
    const { normals, brightness } = photometricStereo(
      tensor<tf.Rank.R4>(seen, [count, S, S, 1]),
      everywhere(count),
      tensor<tf.Rank.R4>(repeated, [count, S, S, 3]),
      skin,
    );
    const found = normals.dataSync();
    const off = (of: (i: number, axis: number) => number) =>
      [...truth].reduce(
        (sum, value, k) => (k % 3 < 2 ? sum + Math.abs(value - of(Math.floor(k / 3), k % 3)) : sum),
        0,
      );
    const error = off((i, axis) => found[2 * i + axis] as number);
    expect(error).toBeLessThan(0.15 * off((i, axis) => guess[3 * i + axis] as number));
    const albedo = brightness.dataSync();
    for (let i = 0; i < S * S; i++) expect(albedo[i]).toBeCloseTo(spot(i), 1);
  });

  it('says nothing where too few images show a place, and refuses too few images', () => {
    const many = everywhere(30);
    const hidden = tf.tensor4d(
      Float32Array.from({ length: 30 * S * S }, (_, k) =>
        Number(![0, S - 1].includes(k % (S * S)) || k / (S * S) < 20),
      ),
      [30, S, S, 1],
    );
    const guess = tf.zeros<tf.Rank.R4>([30, S, S, 3]);
    const { normals, brightness } = photometricStereo(many, hidden, guess, everywhere(1));
    expect(normals.dataSync()[0]).toBe(0);
    expect([...brightness.dataSync().slice(0, 2)]).toEqual([0, expect.closeTo(1, 4)]);
    const few = everywhere(20);
    expect(() =>
      photometricStereo(few, few, tf.zeros([20, S, S, 3]), everywhere(1)).normals.dataSync(),
    ).toThrow('expected at least 24 images whose skin tells their light, found 20 of 20');
  });

  it('integrates normals within a mask', () => {
    const truth = normalsOf(0.12);
    const field = truth.filter((_, k) => k % 3 < 2);
    const inside = (i: number) => Math.hypot(...place(i)) < 0.65;
    const mask = tensor<tf.Rank.R4>(
      Float64Array.from({ length: S * S }, (_, i) => Number(inside(i))),
      [1, S, S, 1],
    );
    const found = integrateNormals(tensor<tf.Rank.R4>(field, [1, S, S, 2]), mask, {
      spacing: SPACING,
    }).dataSync();
    const places = Array.from({ length: S * S }, (_, i) => i).filter(inside);
    const mean = places.reduce((sum, i) => sum + depthAt(...place(i), 0.12), 0) / places.length;
    for (const i of places) expect(found[i]).toBeCloseTo(depthAt(...place(i), 0.12) - mean, 2);
    expect(found[0]).toBe(0);
  });

  it('leaves of a head what is not a bowl', () => {
    const bowl = (x: number, y: number) => 1 - 0.3 * x * x + 0.1 * y + 0.2 * y * y - 0.1 * x ** 4;
    const bump = (x: number, y: number) => -0.1 * Math.exp(-(x * x + y * y) / 0.02);
    const values = (of: (x: number, y: number) => number) =>
      tensor<tf.Rank.R3>(
        Float64Array.from({ length: S * S }, (_, i) => of(...place(i))),
        [1, S, S],
      );
    for (const value of removeBowl(values(bowl), everywhere(1)).dataSync()) expect(value).toBeCloseTo(0, 3);
    const rest = removeBowl(
      values((x, y) => bowl(x, y) + bump(x, y)),
      everywhere(1),
    ).dataSync();
    const middle = (S / 2) * S + S / 2;
    expect(rest[middle]).toBeLessThan(-0.06);
    expect(Math.abs(rest[S + 1] as number)).toBeLessThan(0.02);
  });
});
