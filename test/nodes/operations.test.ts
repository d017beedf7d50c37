import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { permutation } from '../../nodes/_permutation.ts';
import { relight } from '../../nodes/_relight.ts';
import { moveLatent } from '../../nodes/gan/move-latent.ts';
import { photometric } from '../../nodes/loss/photometric.ts';
import { weightedSum } from '../../nodes/loss/weighted-sum.ts';
import { mask } from '../../nodes/math/mask.ts';
import { mirror } from '../../nodes/math/mirror.ts';
import { repeat } from '../../nodes/math/repeat.ts';
import { take } from '../../nodes/math/take.ts';
import { inflated } from '../../nodes/prior/inflated.ts';
import { maskFromLabels } from '../../nodes/prior/object-mask.ts';
import { commonMask } from '../../nodes/renderer/common-mask.ts';
import { sample } from '../../nodes/renderer/sample.ts';
import { albedoOfTexture } from '../../nodes/shading/albedo.ts';
import { texture } from '../../nodes/shading/texture.ts';
import { depth } from '../../nodes/shape/depth.ts';
import { mirrorView } from '../../nodes/view/mirror.ts';
import { correlated } from '../../nodes/view/random.ts';
import { symmetricView } from '../../nodes/view/symmetric.ts';
import { useEngine } from '../../runtime/engine/index.ts';
import type { NodeContext } from '../../runtime/node.ts';

beforeAll(() => useEngine('cpu'));

// None of these looks at its context.
const context = undefined as unknown as NodeContext;
const values = (tensor: tf.Tensor) => Array.from(tensor.dataSync());

describe('batches', () => {
  it('repeats as a whole or each entry', () => {
    const x = tf.tensor2d([
      [1, 2],
      [3, 4],
    ]);
    const y = (order: 'whole' | 'each') =>
      values(repeat.run({ inputs: { x }, params: { times: 2, order }, context }).y);
    expect(y('whole')).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
    expect(y('each')).toEqual([1, 2, 1, 2, 3, 4, 3, 4]);
  });

  it('mirrors left to right, maps and images', () => {
    const x = tf.tensor3d([1, 2, 3, 4], [1, 2, 2]);
    expect(values(mirror.run({ inputs: { x }, params: { copies: 2 }, context }).y)).toEqual([
      1, 2, 3, 4, 2, 1, 4, 3,
    ]);
    expect(values(mirror.run({ inputs: { x }, params: { copies: 1 }, context }).y)).toEqual([1, 2, 3, 4]);
  });

  it('takes a part, and refuses what is not there', () => {
    const x = tf.tensor1d([1, 2, 3]);
    const part = (start: number, count: number) =>
      take.run({ inputs: { x }, params: { start, count }, context }).y;
    expect(values(part(1, 2))).toEqual([2, 3]);
    expect(() => part(2, 2)).toThrow('the batch has 3 entries, not the 4');
  });

  it('refuses a batch that is neither one nor all', () => {
    const two = tf.zeros<tf.Rank.R4>([2, 1, 1, 1]);
    const inputs = { image: tf.zeros<tf.Rank.R4>([3, 1, 1, 1]), mask: two, behind: undefined };
    expect(() => mask.run({ inputs, params: { background: 0 }, context })).toThrow(
      'mask is a batch of 2, expected 1 or 3',
    );
    const behind = { ...inputs, mask: tf.zeros<tf.Rank.R4>([1, 1, 1, 1]), behind: two };
    expect(() => mask.run({ inputs: behind, params: { background: 0 }, context })).toThrow(
      'behind is a batch of 2',
    );
    const grid = { image: tf.zeros<tf.Rank.R4>([2, 1, 1, 1]), grid: tf.zeros<tf.Rank.R4>([3, 1, 1, 2]) };
    const params = { mode: 'bilinear', alignCorners: true, clip: true } as const;
    expect(() => sample.run({ inputs: grid, params, context })).toThrow('image is a batch of 2');
  });
});

describe('losses', () => {
  it('sums with weights, and names weights of nothing', () => {
    const losses = { a: tf.scalar(2), b: tf.scalar(3), c: tf.scalar(Number.NaN) };
    const total = (weights: Record<string, number>) =>
      weightedSum.run({ inputs: { losses }, params: { weights }, context }).loss;
    expect(values(total({ b: 0.5, c: 0 }))).toEqual([3.5]);
    expect(() => total({ d: 1 })).toThrow('there is a weight for d, but the losses are a, b, c');
  });

  it('adds the losses of an image and of its mirrored copy', () => {
    const image = tf.tensor4d([1, 3, 5, 9], [2, 1, 2, 1]);
    const target = tf.tensor4d([0, 0], [1, 1, 2, 1]);
    const loss = (of: tf.Tensor4D | undefined) =>
      values(photometric.run({ inputs: { image, target, mask: of }, params: { copies: 2 }, context }).loss);
    expect(loss(undefined)).toEqual([2 + 7]);
    expect(loss(tf.tensor4d([1, 0, 0, 1], [2, 1, 2, 1]))).toEqual([1 + 9]);
  });
});

describe('masks', () => {
  it('show a plain background or another image where they are 0', () => {
    const inputs = {
      image: tf.tensor4d([1, 2, 3, 4], [2, 1, 2, 1]),
      mask: tf.tensor4d([1, 0.5], [1, 1, 2, 1]),
    };
    const shown = (behind?: tf.Tensor4D) =>
      values(mask.run({ inputs: { ...inputs, behind }, params: { background: 1 }, context }).image);
    expect(shown()).toEqual([1, 1.5, 3, 2.5]);
    expect(shown(tf.tensor4d([9, 8], [1, 1, 2, 1]))).toEqual([1, 5, 3, 6]);
  });

  it('keep what both halves and the samples show', () => {
    const of = (...data: number[]) => tf.tensor4d(data, [data.length / 2, 1, 2, 1]);
    const run = (copies: number, whole: tf.Tensor4D, also: tf.Tensor4D[]) =>
      values(commonMask.run({ inputs: { mask: whole, also }, params: { copies }, context }).mask);
    expect(run(2, of(1, 1, 0, 1), [])).toEqual([0, 1, 0, 1]);
    expect(run(2, of(1, 1, 0, 1), [of(1, 0.5)])).toEqual([0, 0.5, 0, 0.5]);
    expect(run(1, of(1, 0), [of(1, 1)])).toEqual([1, 0]);
  });

  it('come from the labels of a category', () => {
    const labels = tf.tensor3d([0, 1, 13, 14, 15, 16, 17, 18, 0], [1, 3, 3], 'int32');
    const options = { classes: 19, size: 3 };
    expect(values(maskFromLabels(labels, { ...options, category: 'face' }))).toEqual([
      0, 1, 1, 0.5, 0.5, 0, 0.5, 0.5, 0,
    ]);
    expect(values(maskFromLabels(labels, { ...options, category: 'synface' }))).toEqual([
      0, 1, 1, 1, 0, 0, 0, 0, 0,
    ]);
  });
});

describe('depth', () => {
  it('is the weighted mean of what the network and a base say, and the network’s alone without one', () => {
    const raw = tf.zeros<tf.Rank.R4>([2, 1, 2, 1]);
    const base = tf.tensor3d([0.9, 0.95, 1, 1.05], [2, 1, 2]);
    const of = (guess: tf.Tensor3D | undefined) =>
      values(
        depth.run({
          inputs: { raw, base: guess },
          params: { minDepth: 0.9, maxDepth: 1.1, borderColumns: 0, borderWeight: 1.02, baseWeight: 0.6 },
          context,
        }).depth,
      );
    of(undefined).forEach((value) => {
      expect(value).toBeCloseTo(1, 6);
    });
    of(base).forEach((value, i) => {
      expect(value).toBeCloseTo(0.4 + 0.6 * (0.9 + 0.05 * i), 6);
    });
  });

  it('of a silhouette is near in its middle and far at its rim, and far where there is none', () => {
    const spot = tf.tensor4d([0, 0, 0, 0, 1, 0, 0, 0, 0, ...new Array<number>(9).fill(0)], [2, 3, 3, 1]);
    const found = values(
      inflated.run({
        inputs: { mask: spot, view: undefined },
        params: { near: 0.9, far: 1, sides: 0, lean: 0 },
        context,
      }).depth,
    );
    found.forEach((value, i) => {
      expect(value).toBeCloseTo(i === 4 ? 0.9 : 1, 6);
    });
  });

  it('leans to where the object turns, and has its rim farther at the sides', () => {
    const disc = tf.tensor4d(
      Float32Array.from({ length: 81 }, (_, i) =>
        Number(Math.hypot((i % 9) - 4, Math.floor(i / 9) - 4) < 3.5),
      ),
      [1, 9, 9, 1],
    );
    const row = (yaw: number, lean: number, sides: number) =>
      values(
        inflated.run({
          inputs: { mask: disc, view: tf.tensor2d([[0, yaw, 0, 0, 0, 0]]) },
          params: { near: 0.9, far: 1, sides, lean },
          context,
        }).depth,
      ).slice(36, 45);
    const plain = row(0, 1, 0);
    const radius = Math.sqrt((tf.sum(disc).dataSync()[0] as number) / Math.PI);
    row(0.5, 0.8, 0).forEach((value, i) => {
      const height = (1 - (plain[i] as number)) / 0.1;
      expect(value).toBeCloseTo(1 - 0.1 * height * (1 - 0.8 * 0.5 * ((i - 4) / radius)), 5);
    });
    row(0, 1, 0.02).forEach((value, i) => {
      expect(value - (plain[i] as number)).toBeCloseTo(0.02 * Math.min(((i - 4) / radius) ** 2, 1), 5);
    });
  });
});

describe('views of mirrored images', () => {
  const view = tf.tensor2d([[1, 2, 3, 4, 5, 6]]);
  const both = (copies: number) =>
    mirrorView.run({ inputs: { view }, params: { copies }, context }).view as tf.Tensor2D;

  it('turn and shift the other way', () => {
    expect(values(both(1))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(values(both(2))).toEqual([1, 2, 3, 4, 5, 6, 1, -2, -3, -4, 5, 6]);
  });

  it('agree on one view, and cancel what a network sees in both', () => {
    const own = (seen: tf.Tensor2D) =>
      values(symmetricView.run({ inputs: { view: seen }, params: {}, context }).view);
    expect(own(both(2))).toEqual([1, 2, 3, 4, 5, 6]);
    const biased = tf.add(both(2), tf.tensor2d([[0, 10, 20, 30, 0, 0]])) as tf.Tensor2D;
    expect(own(biased)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('random views and lights', () => {
  it('have the covariance of the factor', () => {
    const factor = tf.tensor2d([
      [2, 0],
      [1, 3],
    ]);
    expect(
      values(
        correlated(
          tf.tensor2d([
            [1, 0],
            [0, 1],
          ]),
          tf.tensor1d([10, 20]),
          factor,
        ),
      ),
    ).toEqual([12, 21, 10, 23]);
  });

  it('change strengths by their halves and set the direction', () => {
    const light = tf.tensor2d([[0.2, 0.4, 9, 9]]);
    const slopes = tf.tensor2d([
      [0.5, -0.5],
      [0, 1],
    ]);
    const relit = relight(light, { slopes, strength: tf.tensor2d([[0.5], [0]]), ambientShare: -0.6 });
    const expected = [0.2 - 0.6, 0.4 + 1, 0.5, -0.5, 0.2, 0.4, 0, 1];
    values(relit).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] as number, 6);
    });
  });

  it('permutes without loss, differently by key, evenly', () => {
    const order = permutation(50, { salt: 0.3, round: 1 });
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(permutation(50, { salt: 0.3, round: 1 })).toEqual(order);
    expect(permutation(50, { salt: 0.3, round: 2 })).not.toEqual(order);
    expect(permutation(50, { salt: 0.4, round: 1 })).not.toEqual(order);
    const firsts = Array.from(
      { length: 3000 },
      (_, round) => permutation(3, { salt: 0.5, round })[0] as number,
    );
    for (const value of [0, 1, 2]) {
      expect(Math.abs(firsts.filter((first) => first === value).length - 1000)).toBeLessThan(110);
    }
  });
});

describe('albedo of a texture', () => {
  const albedo = tf.tensor4d([-0.5, 0, 0.4], [1, 1, 1, 3]);

  it('is what the texture was shaded from, where that shows', () => {
    const shading = tf.tensor3d([0.3, 1], [2, 1, 1]);
    const { texture: shaded } = texture.run({ inputs: { albedo, shading }, params: {}, context }) as {
      texture: tf.Tensor4D;
    };
    const found = albedoOfTexture.run({
      inputs: { texture: shaded, shading },
      params: { least: 0.2 },
      context,
    });
    const expected = [...values(albedo), ...values(albedo)];
    values(found.albedo).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] as number, 6);
    });
  });

  it('stays in range in the dark', () => {
    const shading = tf.tensor3d([0], [1, 1, 1]);
    const found = albedoOfTexture.run({
      inputs: { texture: albedo, shading },
      params: { least: 0.5 },
      context,
    });
    expect(values(found.albedo)).toEqual([0, 1, 1]);
  });
});

describe('a latent that is moved', () => {
  it('moves in every layer, one latent for all offsets or one for each', () => {
    const offset = tf.tensor2d([
      [1, 0],
      [0, 2],
    ]);
    const moved = (w: tf.Tensor3D) =>
      values(moveLatent.run({ inputs: { w, offset }, params: {}, context }).w);
    expect(moved(tf.tensor3d([1, 2, 3, 4], [1, 2, 2]))).toEqual([2, 2, 4, 4, 1, 4, 3, 6]);
    expect(moved(tf.tensor3d([1, 2, 3, 4], [2, 1, 2]))).toEqual([2, 2, 3, 6]);
    expect(() => moved(tf.zeros([3, 1, 2]))).toThrow('w is a batch of 3, expected 1 or 2');
  });
});
