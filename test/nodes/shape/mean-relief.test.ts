import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { inflated } from '../../../nodes/prior/inflated.ts';
import { relief } from '../../../nodes/prior/relief.ts';
import { meanRelief } from '../../../nodes/shape/mean-relief.ts';
import { normals } from '../../../nodes/shape/normals.ts';
import { featuresView } from '../../../nodes/view/features.ts';
import { useEngine } from '../../../runtime/engine/index.ts';
import type { NodeContext } from '../../../runtime/node.ts';
import { noise } from '../../ops/numeric.ts';

beforeAll(() => useEngine('onnx:cpu'));

// None of these looks at its context.
const context = undefined as unknown as NodeContext;
const [S, N, R] = [40, 40, 14];
const frame = { side: 40, reach: 1.3 };
const paramsOfRelief = { ...frame, frontal: 0.2, shift: 4, rounds: 4, share: 0.7 };
const paramsOfFeatures = { ...frame, across: 10, along: 4, sizes: [0.9, 1], widths: [0.8, 1], tether: 0.002 };

/** Places of an image, in radii from the middle of a head. */
const place = (i: number): [number, number] => [
  ((i % S) - (S - 1) / 2) / R,
  (Math.floor(i / S) - (S - 1) / 2) / R,
];
/** A head, nearer in the middle, with a nose whose ridge is at (x, 0…0.4), in radii. */
const nose = (x: number, y: number, at: number) =>
  0.12 * Math.exp(-(((x - at) / 0.12) ** 2)) * Math.exp(-(((y - 0.2) / 0.25) ** 2));
const head = (x: number, y: number, at: number) =>
  -Math.sqrt(Math.max(0.05, 1.1 - x * x - y * y)) - nose(x, y, at);
/** Dark eyes and a mouth. */
const albedo = (x: number, y: number, at: number) =>
  0.8 -
  0.5 * Math.exp(-(((Math.abs(x - at) - 0.32) / 0.1) ** 2) - ((y + 0.1) / 0.06) ** 2) -
  0.3 * Math.exp(-(((x - at) / 0.2) ** 2) - ((y - 0.6) / 0.06) ** 2);

/** A picture of the head under a light from (a, b), its face moved by `at`. */
function picture(at: number, [c, a, b]: readonly [number, number, number]): number[] {
  const step = 1e-3;
  return Array.from({ length: S * S }, (_, i) => {
    const [x, y] = place(i);
    if (Math.hypot(x, y) >= 1) return -1;
    const dx = (head(x + step, y, at) - head(x - step, y, at)) / (2 * step);
    const dy = (head(x, y + step, at) - head(x, y - step, at)) / (2 * step);
    const length = Math.hypot(dx, dy, 1);
    return 2 * albedo(x, y, at) * c * (1 - (a * dx + b * dy) / length) - 1;
  });
}

const draws = noise(4 * N, 3);
const drawn = (i: number): readonly [number, number, number] => [
  0.6 + 0.1 * (draws[4 * i] as number),
  0.4 * (draws[4 * i + 1] as number),
  0.4 * (draws[4 * i + 2] as number),
];
const images = (...pictures: number[][]) => tf.tensor4d(pictures.flat(), [pictures.length, S, S, 1]);
const masks = (count: number) =>
  tf.tensor4d(
    Array.from({ length: count * S * S }, (_, i) => Number(Math.hypot(...place(i % (S * S))) < 1)),
    [count, S, S, 1],
  );
/** Where a frame [G,G] shows a place, in radii. */
const inFrame = (x: number, y: number) => {
  const at = (radii: number) => Math.round(((radii + frame.reach) * (frame.side - 1)) / (2 * frame.reach));
  return at(y) * frame.side + at(x);
};

function population() {
  const image = images(
    ...Array.from({ length: N }, (_, i) => picture(0.05 * (draws[4 * i + 3] as number), drawn(i))),
  );
  const mask = masks(N);
  const guess = inflated.run({
    inputs: { mask, view: undefined },
    params: { near: 0.96, far: 1.02, sides: 0, lean: 0 },
    context,
  });
  const guessed = normals.run({
    inputs: { depth: guess.depth as tf.Tensor3D },
    params: { fov: 10 },
    context,
  });
  const inputs = { image, mask, view: tf.zeros<tf.Rank.R2>([N, 6]), normals: guessed.normals as tf.Tensor4D };
  return meanRelief.run({ inputs, params: paramsOfRelief, context });
}

describe('the mean relief of a population', () => {
  it('has the nose that no outline shows, and no eyes, which are only dark', () => {
    const { depth, template, brightness } = population();
    const [map, features, albedos] = [depth.dataSync(), template.dataSync(), brightness.dataSync()];
    const tip = map[inFrame(0, 0.2)] as number;
    for (const side of [-0.35, 0.35]) {
      expect(tip - (map[inFrame(side, 0.2)] as number)).toBeLessThan(-0.05);
      expect(tip - (map[inFrame(side, 0.2)] as number)).toBeGreaterThan(-0.2);
      expect(features[inFrame(side, -0.1)]).toBeLessThan(-0.1);
      expect(albedos[inFrame(side, -0.1)]).toBeLessThan(0.75 * (albedos[inFrame(side, 0.3)] as number));
    }
    expect(map[inFrame(0, -1.2)]).toBe(1);
  });

  it('is laid over a head where its features are, which also tell how it turns', () => {
    const { depth, template } = population();
    const at = 0.3;
    const image = images(picture(at, [0.6, 0.3, -0.2]), picture(-at, [0.6, -0.3, 0.2]));
    const mask = masks(2);
    const view = tf.tensor2d([
      [0.1, -0.2, 0, 0, 0, 0],
      [0.1, 0.2, 0, 0, 0, 0],
    ]);
    const found = featuresView.run({
      inputs: { image, mask, template: template as tf.Tensor4D, view },
      params: paramsOfFeatures,
      context,
    });
    const [places, turns] = [found.place.dataSync(), found.view.dataSync()];
    [at, -at].forEach((wanted, i) => {
      expect(Math.abs((places[4 * i] as number) - wanted)).toBeLessThan(0.08);
      expect(Math.abs(places[4 * i + 1] as number)).toBeLessThan(0.08);
      // Half of it is the network's, half is where the features were found.
      expect(turns[6 * i + 1]).toBeCloseTo(((-wanted * 2) / 3 - (places[4 * i] as number)) / 2, 4);
      expect(turns[6 * i]).toBeCloseTo(0.1, 5);
    });

    const flat = tf.fill<tf.Rank.R3>([2, S, S], 1);
    const inputs = { depth: flat, mask, relief: depth as tf.Tensor3D, place: found.place as tf.Tensor2D };
    const laid = (strength: number) =>
      relief.run({ inputs, params: { ...frame, strength, fov: 10 }, context }).depth.dataSync();
    expect(laid(0).every((value) => value === 1)).toBe(true);
    const map = laid(1);
    const heads = mask.dataSync();
    expect(map.every((value, i) => heads[i] === 1 || value === 1)).toBe(true);
    const pixel = (2 * Math.tan((5 * Math.PI) / 180)) / (S - 1);
    [at, -at].forEach((x, i) => {
      const ridge = i * S * S + Math.round(0.2 * R + (S - 1) / 2) * S + Math.round(x * R + (S - 1) / 2);
      const tip = ((depth.dataSync()[inFrame(0, 0.2)] as number) - 1) * R * pixel;
      expect((map[ridge] as number) - 1).toBeLessThan(0.7 * tip);
      expect((map[ridge] as number) - 1).toBeGreaterThan(1.2 * tip);
    });
  });
});
