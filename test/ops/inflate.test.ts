import type * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../runtime/engine/index.ts';
import { inflate } from '../../runtime/ops/index.ts';
import { ENGINES, tensor } from './numeric.ts';

const S = 48;
/** Masks of size S of the places that a test of (x, y), in pixels from the middle, holds for. */
const masks = (...inside: ((x: number, y: number) => boolean)[]) =>
  tensor<tf.Rank.R4>(
    Float64Array.from(
      inside.flatMap((test) =>
        Array.from({ length: S * S }, (_, i) =>
          Number(test((i % S) - (S - 1) / 2, Math.floor(i / S) - (S - 1) / 2)),
        ),
      ),
    ),
    [inside.length, S, S, 1],
  );

describe.each(ENGINES)('on %s', (engine) => {
  beforeAll(async () => {
    await useEngine(engine);
  });

  it('makes a hemisphere of a disc and half a cylinder of a band, and is flat outside', () => {
    const [R, W] = [18, 8];
    const heights = inflate(
      masks(
        (x, y) => Math.hypot(x, y) < R,
        (x) => Math.abs(x) < W,
        () => false,
      ),
    ).dataSync();
    const height = (image: number, x: number, y: number) =>
      heights[image * S * S + (y + S / 2) * S + x + S / 2] as number;
    // Rims run along pixels, so that radii are known to half a pixel.
    for (const [x, y] of [
      [0, 0],
      [5, 3],
      [-9, 2],
      [0, -12],
      [10, 10],
    ] as const) {
      const r = Math.hypot(x + 0.5, y + 0.5) / (R + 0.5);
      expect(Math.abs(height(0, x, y) - Math.sqrt(1 - r * r))).toBeLessThan(0.02);
    }
    expect(height(0, 20, 0)).toBe(0);
    for (const x of [0, 3, 5]) {
      const r = (x + 0.5) / (W + 0.5);
      expect(Math.abs(height(1, x, 2) - Math.sqrt(1 - r * r))).toBeLessThan(0.02);
    }
    expect(heights.slice(2 * S * S).every((value) => value === 0)).toBe(true);
  });

  it('refuses masks of several channels', () => {
    expect(() => inflate(tensor<tf.Rank.R4>(new Float64Array(32), [1, 4, 4, 2]))).toThrow(
      'inflate: masks has 2 channels, expected 1',
    );
  });
});
