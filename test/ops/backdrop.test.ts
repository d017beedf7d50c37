import type * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../runtime/engine/index.ts';
import { beforeBackdrop } from '../../runtime/ops/index.ts';
import { ENGINES, expectClose, noise, tensor } from './numeric.ts';

const S = 40;
const options = { threshold: 0.15, frame: 0.1, thinnest: 0.1, step: 0.05 };
type Colour = (x: number, y: number) => readonly number[];

/** A backdrop with a gradient of each colour, with a little noise. */
const wall: Colour = (x, y) => [0.3 * x - 0.2, 0.4 - 0.2 * y * y, 0.1 * x * y];
const grain = noise(S * S * 3, 3);

/** A picture [1,S,S,3] whose colours are given at places in [−1, 1]. */
function picture(colour: Colour): tf.Tensor4D {
  const data = Float64Array.from({ length: S * S * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    const [x, y] = [(2 * (pixel % S) + 1) / S - 1, (2 * Math.floor(pixel / S) + 1) / S - 1];
    return (colour(x, y)[i % 3] as number) + 0.01 * (grain[i] as number);
  });
  return tensor<tf.Rank.R4>(data, [1, S, S, 3]);
}

/** The share of places where a mask differs from a test of (x, y). */
function wrong(mask: tf.Tensor, inside: (x: number, y: number) => boolean): number {
  const values = mask.dataSync();
  let count = 0;
  for (let i = 0; i < S * S; i++) {
    const [x, y] = [(2 * (i % S) + 1) / S - 1, (2 * Math.floor(i / S) + 1) / S - 1];
    if (values[i] !== Number(inside(x, y))) count++;
  }
  return count / (S * S);
}

describe.each(ENGINES)('on %s', (engine) => {
  beforeAll(async () => {
    await useEngine(engine);
  });

  it('finds a head that reaches out of the picture, holes and all', () => {
    // A head with long hair, cut by the lower edge, with an eye of the colour of the wall.
    const head = (x: number, y: number) =>
      Math.hypot(x / 0.6, (y - 0.1) / 0.7) < 1 || (Math.abs(x) < 0.5 && y > 0.1);
    const eye = (x: number, y: number) => Math.hypot(x + 0.2, y) < 0.12;
    const { mask } = beforeBackdrop(
      picture((x, y) => (head(x, y) && !eye(x, y) ? [0.8, -0.1, -0.3] : wall(x, y))),
      options,
    );
    expect(mask.shape).toEqual([1, S, S, 1]);
    expect(wrong(mask, head)).toBeLessThan(0.01);
  });

  it('finds a head that fills most of two edges, and the corner between them', () => {
    const head = (x: number, y: number) => Math.hypot((x - 0.5) / 0.8, (y - 0.4) / 0.9) < 1;
    const { mask } = beforeBackdrop(
      picture((x, y) => (head(x, y) ? [0.5 + 0.2 * x, -0.1 - 0.2 * y, -0.3] : wall(x, y))),
      options,
    );
    expect(wrong(mask, head)).toBeLessThan(0.02);
  });

  it('says what the wall is like behind the head', () => {
    const head = (x: number, y: number) => Math.hypot(x / 0.6, (y - 0.1) / 0.7) < 1;
    const { backdrop } = beforeBackdrop(
      picture((x, y) => (head(x, y) ? [0.8, -0.1, -0.3] : wall(x, y))),
      options,
    );
    expect(backdrop.shape).toEqual([1, S, S, 3]);
    expectClose(backdrop.dataSync(), picture(wall).dataSync(), 0.05);
  });

  it('leaves out specks, thin parts and smaller pieces', () => {
    const head = (x: number, y: number) => Math.hypot(x + 0.2, y) < 0.5;
    const whisker = (x: number, y: number) => Math.abs(y) < 0.04 && x > 0 && x < 0.8;
    const ball = (x: number, y: number) => Math.hypot(x - 0.6, y + 0.6) < 0.2;
    const { mask } = beforeBackdrop(
      picture((x, y) => (head(x, y) || whisker(x, y) || ball(x, y) ? [0.9, 0.9, -0.9] : wall(x, y))),
      options,
    );
    expect(wrong(mask, head)).toBeLessThan(0.01);
  });

  it('does not take the glow of a lamp for a part of the head', () => {
    const head = (x: number, y: number) => Math.hypot(x / 0.5, y / 0.6) < 1;
    const glow = (x: number, y: number) =>
      0.25 * Math.exp(-(((x - 0.6) / 0.45) ** 2) - ((y + 0.2) / 0.45) ** 2);
    const lit: Colour = (x, y) => wall(x, y).map((colour) => colour + glow(x, y));
    const found = (step: number) =>
      beforeBackdrop(
        picture((x, y) => (head(x, y) ? [0.8, -0.1, -0.3] : lit(x, y))),
        { ...options, step },
      ).mask;
    expect(wrong(found(0), head)).toBeGreaterThan(0.05);
    expect(wrong(found(0.08), head)).toBeLessThan(0.01);
  });

  it('keeps an object that the backdrop goes over into all around', () => {
    const near = (x: number, y: number) => Math.max(0, 1 - Math.hypot(x, y) / 0.9);
    const { mask } = beforeBackdrop(
      picture((x, y) => wall(x, y).map((colour) => colour + 0.9 * near(x, y))),
      options,
    );
    expect([...mask.dataSync()].filter(Boolean).length).toBeGreaterThan(0.2 * S * S);
  });

  it('finds nothing where there is only a backdrop', () => {
    expect(beforeBackdrop(picture(wall), options).mask.dataSync().some(Boolean)).toBe(false);
  });
});
