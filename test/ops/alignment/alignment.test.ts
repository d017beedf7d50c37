import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../runtime/engine/index.ts';
import {
  congeal,
  discsOf,
  frameGrid,
  gridSample,
  imageGrid,
  localContrast,
  matchTemplate,
} from '../../../runtime/ops/index.ts';
import { ENGINES, expectClose, noise, tensor } from '../numeric.ts';

/** A map of a side of what a function of pixels, from the middle, says. */
const map = (side: number, value: (x: number, y: number) => number) =>
  Float64Array.from({ length: side * side }, (_, i) =>
    value((i % side) - (side - 1) / 2, Math.floor(i / side) - (side - 1) / 2),
  );
const images = (side: number, ...maps: Float64Array[]) =>
  tensor<tf.Rank.R4>(Float64Array.from(maps.flatMap((one) => [...one])), [maps.length, side, side, 1]);

/** Two eyes and a mouth, symmetric, 0 on average about. */
const face = (x: number, y: number) =>
  Math.exp(-((Math.abs(x) - 4) ** 2 + (y + 3) ** 2) / 3) +
  Math.exp(-(x * x) / 9 - (y - 4) ** 2 / 2) -
  1.2 * Math.exp(-(x * x + y * y) / 30);

describe.each(ENGINES)('on %s', (engine) => {
  beforeAll(async () => {
    await useEngine(engine);
  });

  describe('frames', () => {
    const S = 40;
    const disc = images(
      S,
      map(S, (x, y) => Number(Math.hypot(x - 3.5, y + 2.5) < 10)),
      map(S, () => 0),
    );

    it('are around the disc with the middle and the area of a mask', () => {
      const { x, y, radius } = discsOf(disc);
      expect(x.dataSync()[0]).toBeCloseTo(23, 1);
      expect(y.dataSync()[0]).toBeCloseTo(17, 1);
      expect(radius.dataSync()[0]).toBeCloseTo(10, 0);
      expect(radius.dataSync()[1]).toBeCloseTo(1 / Math.sqrt(Math.PI), 5);
    });

    it('bring an image into a frame and a map of the frame back into the image', () => {
      const smooth = images(
        S,
        map(S, (x, y) => Math.sin(x / 6) + Math.cos(y / 5)),
      );
      const mask = tf.slice(disc, [0, 0, 0, 0], [1, S, S, 1]) as tf.Tensor4D;
      const frame = { side: 49, reach: 1.2 };
      const options = { mode: 'bilinear', alignCorners: true } as const;
      const framed = gridSample(smooth, frameGrid(discsOf(mask), frame, { size: S }), options);
      expect(framed.shape).toEqual([1, 49, 49, 1]);
      const places = tf.tensor2d([[0, 0, 1, 1]]);
      const back = gridSample(framed, imageGrid(discsOf(mask), frame, { size: S, places }), options);
      expectClose(tf.mul(back, mask).dataSync(), tf.mul(smooth, mask).dataSync(), 0.02);
    });

    it('move what they show, and lay maps where something was found', () => {
      const mask = images(
        S,
        map(S, (x, y) => Number(Math.hypot(x, y) < 10)),
      );
      const frame = { side: 41, reach: 1 };
      const spot = images(
        41,
        map(41, (x, y) => Math.exp(-(x * x + y * y) / 40)),
      );
      const places = tf.tensor2d([[0.3, -0.2, 1, 1]]);
      const options = { mode: 'bilinear', alignCorners: true } as const;
      const laid = gridSample(spot, imageGrid(discsOf(mask), frame, { size: S, places }), options);
      const framed = gridSample(
        laid,
        frameGrid(discsOf(mask), frame, { size: S, moved: tf.tensor2d([[-0.3, 0.2]]) }),
        options,
      );
      expectClose(framed.dataSync(), spot.dataSync(), 0.05);
    });
  });

  it('local contrast knows features and no soft light, and nothing outside of the mask', () => {
    const S = 32;
    const plain = map(S, face);
    const lit = map(S, (x, y) => 0.8 * face(x, y) + 0.01 * x);
    const mask = images(
      S,
      map(S, (x) => Number(x < 12)),
      map(S, (x) => Number(x < 12)),
    );
    const found = localContrast(images(S, plain, lit), mask).dataSync();
    const [a, b] = [found.slice(0, S * S), found.slice(S * S)];
    const dot = (p: ArrayLike<number>, q: ArrayLike<number>) =>
      Array.from(p).reduce((sum, value, i) => sum + value * (q[i] as number), 0);
    expect(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))).toBeGreaterThan(0.96);
    expect([...a].some((value, i) => value !== 0 && i % S > 28)).toBe(false);
  });

  it('congeals moved images, and leaves out strangers and what is not used', () => {
    const S = 28;
    const moves = [
      [0, 0],
      [2, 1],
      [-2, -1],
      [1, -2],
      [-1, 2],
      [3, 0],
      [-3, 0],
    ] as const;
    const moved = moves.map(([right, down]) => map(S, (x, y) => face(x - right, y - down)));
    const stranger = noise(S * S, 5).map((value) => 0.5 * value);
    const stack = images(S, ...moved, stranger, stranger);
    const window = images(
      S,
      map(S, (x, y) => Number(Math.hypot(x, y) < 9)),
    );
    const used = tf.tensor1d([...moves.map(() => 1), 1, 0]);
    const { shifts, kept, mean } = congeal(stack, window, used, { reach: 5, rounds: 5, share: 0.85 });
    const found = shifts.dataSync();
    moves.forEach(([right, down], i) => {
      expect([found[2 * i], found[2 * i + 1]]).toEqual([
        (found[0] as number) - right,
        (found[1] as number) - down,
      ]);
    });
    expect([...kept.dataSync()]).toEqual([...moves.map(() => 1), 0, 0]);
    const values = mean.dataSync();
    for (let i = 0; i < S * S; i++) {
      const mirrored = i - (i % S) + (S - 1 - (i % S));
      expect(values[mirrored]).toBeCloseTo(values[i] as number, 5);
    }
  });

  it('finds where a template is, and how large', () => {
    const S = 36;
    const window = images(
      S,
      map(S, (x, y) => Number(Math.hypot(x, y) < 10)),
    );
    const template = images(S, map(S, face));
    const seen = images(
      S,
      map(S, (x, y) => 3 * face((x - 4) / 0.8, y + 2)),
      map(S, (x, y) => 0.5 * face((x + 5) / 1.2, (y - 1) / 1.2)),
      map(S, () => 0),
    );
    const options = { across: 8, along: 4, sizes: [1, 1.2], widths: [0.8, 1], tether: 0.001 };
    const places = matchTemplate(seen, template, window, tf.tensor1d([4, -5, 2]), options).dataSync();
    [4, -2, 0.8, 1, -5, 1, 1.2, 1.2, 2, 0].forEach((value, i) => {
      expect(places[i]).toBeCloseTo(value, 5);
    });
  });

  it('says which shapes it expects', () => {
    const two = tf.zeros<tf.Rank.R4>([2, 8, 8, 1]);
    const one = tf.zeros<tf.Rank.R4>([1, 8, 8, 1]);
    const options = { across: 1, along: 1, sizes: [1], widths: [1], tether: 0 };
    expect(() => matchTemplate(two, one, one, tf.zeros([3]), options)).toThrow('expected has shape [3]');
    const rest = { reach: 1, rounds: 1, share: 1 };
    expect(() => congeal(two, two, tf.zeros([2]), rest)).toThrow('window has shape [2,8,8,1]');
    expect(() => discsOf(tf.zeros([1, 8, 8, 3]))).toThrow('mask has 3 channels');
  });
});
