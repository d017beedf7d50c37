import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../runtime/engine/index.ts';
import { colourSegments } from '../../../runtime/ops/index.ts';
import { ENGINES, tensor } from '../numeric.ts';

const S = 16;
const pixels = Array.from({ length: S * S }, (_, i) => ({ x: i % S, y: Math.floor(i / S) }));
const image = (colour: (x: number, y: number) => readonly number[]) =>
  tensor<tf.Rank.R4>(Float64Array.from(pixels.flatMap(({ x, y }) => colour(x, y).map((v) => 2 * v - 1))), [
    1,
    S,
    S,
    3,
  ]);
const square = tensor<tf.Rank.R4>(
  Float64Array.from(pixels, ({ x, y }) => Number(x >= 2 && x < 14 && y >= 2 && y < 14)),
  [1, S, S, 1],
);

describe.each(ENGINES)('on %s', (engine) => {
  beforeAll(async () => {
    await useEngine(engine);
  });

  it('tells skin from hair though light makes both darker to one side', () => {
    const shade = (x: number) => 0.3 + (0.7 * x) / S;
    const picture = image((x, y) => (y < 6 ? [0.5, 0.3, 0.1] : [0.9, 0.75, 0.65]).map((v) => v * shade(x)));
    const found = colourSegments(picture, square, { count: 2, border: 1 }).dataSync();
    const segment = (x: number, y: number) => [found[2 * (y * S + x)], found[2 * (y * S + x) + 1]];
    for (const { x, y } of pixels) {
      const inside = x >= 3 && x < 13 && y >= 3 && y < 13;
      expect(segment(x, y)).toEqual(inside ? segment(8, y < 6 ? 4 : 10) : [0, 0]);
    }
    expect(segment(8, 4)).not.toEqual(segment(8, 10));
  });

  it('gives each image its own, and none where there is nothing', () => {
    const plain = image(() => [0.5, 0.5, 0.5]);
    const both = tf.concat([plain, plain]) as tf.Tensor4D;
    const masks = tf.concat([square, tf.zerosLike(square)]) as tf.Tensor4D;
    const found = colourSegments(both, masks, { count: 3, border: 0 });
    expect(found.shape).toEqual([2, S, S, 3]);
    expect(tf.sum(found, [1, 2, 3]).arraySync()).toEqual([144, 0]);
  });

  it('refuses a mask of another size', () => {
    const picture = image(() => [0, 0, 0]);
    expect(() => colourSegments(picture, tf.ones([1, 8, 8, 1]), { count: 2, border: 1 })).toThrow(
      'masks has shape [1,8,8,1], expected [1,16,16,1]',
    );
  });
});
