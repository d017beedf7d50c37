import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { latentWalk } from '../../../nodes/gan/latent-walk.ts';
import { mixStyles } from '../../../nodes/gan/mix-styles.ts';
import { everyNth, nearImages } from '../../../nodes/gan/near-images.ts';
import { randomLatent } from '../../../nodes/gan/random-latent.ts';
import { useEngine } from '../../../runtime/engine/index.ts';
import { statedWidths } from '../../../runtime/nn/stylegan2-params.ts';
import type { NodeContext } from '../../../runtime/node.ts';
import { expectClose, noise, tensor } from '../../ops/numeric.ts';

beforeAll(() => useEngine('cpu'));

/** A context whose uniform numbers are given, one list a call, and whose normal ones are all 1 times the deviation. */
function drawing(...uniform: number[][]): NodeContext {
  const lists = [...uniform];
  return {
    random: {
      uniform: (shape, { min = 0, max = 1 } = {}) =>
        tf.tensor(
          (lists.shift() ?? []).map((x) => min + (max - min) * x),
          [...shape],
        ),
      normal: (shape, { std = 1 } = {}) => tf.fill([...shape], std),
    },
  } as Partial<NodeContext> as NodeContext;
}

describe('gan/mix-styles', () => {
  const first = tf.fill<tf.Rank.R2>([3, 2], 1);
  const second = tf.fill<tf.Rank.R2>([3, 2], 2);

  it('changes from one latent to the other at a drawn layer', () => {
    // size 8: four layers; the first image changes at 1 + ⌊0.99·3⌋ = 3, the second at 1, the third is not mixed
    const context = drawing([0.1, 0.2, 0.95], [0.99, 0, 0.5]);
    const { w } = mixStyles.run({
      inputs: { first, second },
      params: { size: 8, latent: 2, probability: 0.9 },
      context,
    });
    expect(w.shape).toEqual([3, 4, 2]);
    const layers = (tf.slice(w, [0, 0, 0], [3, 4, 1]).dataSync() as Float32Array).join('');
    expect(layers).toBe('1112' + '1222' + '1111');
  });
});

describe('gan/latent-walk', () => {
  it('goes straight from each latent to the next, and back to the first', () => {
    const w = tf.tensor2d([0, 0, 4, 8], [2, 2]);
    const { w: walk } = latentWalk.run({ inputs: { w }, params: { steps: 2 }, context: drawing() });
    expect(walk.arraySync()).toEqual([
      [0, 0],
      [2, 4],
      [4, 8],
      [2, 4],
    ]);
  });
});

describe('gan/near-images', () => {
  it('adds noise to every k-th image', () => {
    const images = tensor<tf.Rank.R4>(noise(6 * 2 * 2 * 3, 1), [6, 2, 2, 3]);
    const { near } = nearImages.run({
      inputs: { images },
      params: { every: 3, deviation: 0.25 },
      context: drawing(),
    });
    const expected = tf.concat([tf.slice(images, [0], [1]), tf.slice(images, [3], [1])]);
    expectClose(near.dataSync(), tf.add(expected, 0.25).dataSync());
    expect(() => everyNth(images, 4)).toThrow('every is 4, which does not divide the batch of 6');
  });
});

describe('gan/random-latent', () => {
  it('gives the same at every pull where it is fixed', () => {
    const held = tf.ones([2, 3]);
    const context = {
      ...drawing(),
      state: { get: () => held, set: () => undefined },
      step: () => tf.scalar(4),
    } as unknown as NodeContext;
    const run = (fixed: boolean) =>
      randomLatent.run({ inputs: {}, params: { count: 2, latent: 3, fixed }, context });
    expect(run(true).z).toBe(held);
    expect(run(false).z).not.toBe(held);
    expect(run(false).first.dataSync()[0]).toBe(8);
  });
});

describe('the parameter "widths" of a GAN', () => {
  const official = { size: 16, channelMultiplier: 1, maxChannels: 64 };

  it('lists the channels from 4×4 on', () => {
    const widths = statedWidths({ ...official, widths: [9, 8, 7] });
    expect([4, 8, 16].map(widths)).toEqual([9, 8, 7]);
    expect(statedWidths({ ...official, widths: [] })(16)).toBe(64);
  });

  it('has one for each resolution', () => {
    expect(() => statedWidths({ ...official, widths: [9, 8] })).toThrow(
      '2 widths, expected 3: of 4×4 to 16×16',
    );
  });
});
