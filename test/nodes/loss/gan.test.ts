import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { ganDiscriminator } from '../../../nodes/loss/gan-discriminator.ts';
import { ganGenerator } from '../../../nodes/loss/gan-generator.ts';
import { gradientPenalty } from '../../../nodes/loss/gradient-penalty.ts';
import { useEngine } from '../../../runtime/engine/index.ts';
import type { NodeContext } from '../../../runtime/node.ts';
import { checkOperation, ENGINES, expectClose, noise, tensor } from '../../ops/numeric.ts';

const context = {} as NodeContext;
const params = {};
const softplus = (x: number) => Math.log(1 + Math.exp(x));
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, x) => sum + x, 0) / values.length;
const scores = (count: number, seed: number) => noise(count, seed).map((x) => 6 * x);

describe.each(ENGINES)('the losses of a GAN on %s', (engine) => {
  beforeAll(() => useEngine(engine));

  it('are those of the paper, with their gradients', () => {
    checkOperation({
      shapes: [
        [4, 1],
        [6, 1],
      ],
      inputs: [scores(4, 1), scores(6, 2)],
      op: (real, fake) =>
        tf.tidy(
          () =>
            ganDiscriminator.run({
              inputs: { real: real as tf.Tensor2D, fake: fake as tf.Tensor2D },
              params,
              context,
            }).loss,
        ),
      formula: (real, fake) =>
        Float64Array.of(
          mean((real as Float64Array).map((x) => softplus(-x))) + mean((fake as Float64Array).map(softplus)),
        ),
    });
    checkOperation({
      shapes: [[6, 1]],
      inputs: [scores(6, 3)],
      op: (fake) =>
        tf.tidy(() => ganGenerator.run({ inputs: { fake: fake as tf.Tensor2D }, params, context }).loss),
      formula: (fake) => Float64Array.of(mean((fake as Float64Array).map((x) => softplus(-x)))),
    });
  });

  it('say how well the two are told apart', () => {
    const inputs = { real: tf.tensor2d([3, -1, 2, 4], [4, 1]), fake: tf.tensor2d([-2, 1], [2, 1]) };
    const outputs = ganDiscriminator.run({ inputs, params, context });
    expectClose(
      [outputs.real, outputs.fake, outputs.signs].map((one) => one.dataSync()[0] as number),
      [2, -0.5, 0.625],
    );
  });

  it('the penalty compares every k-th score with the one nearby', () => {
    checkOperation({
      shapes: [
        [6, 1],
        [2, 1],
      ],
      op: (all, near) =>
        tf.tidy(
          () =>
            gradientPenalty.run({
              inputs: { scores: all as tf.Tensor2D, near: near as tf.Tensor2D },
              params: { every: 3, deviation: 0.5 },
              context,
            }).loss,
        ),
      formula: (all, near) => {
        const [a, b] = [all, near] as [Float64Array, Float64Array];
        return Float64Array.of(
          mean([0, 1].map((i) => ((b[i] as number) - (a[3 * i] as number)) ** 2)) / (2 * 0.5 ** 2),
        );
      },
    });
  });
});

describe('loss/gradient-penalty', () => {
  beforeAll(() => useEngine('cpu'));

  it('is half the squared gradient on average', () => {
    const [count, length, deviation] = [4000, 5, 0.02];
    const slope = noise(length, 7);
    // D(x) = slope·x, at 0: the scores nearby are slope·σ·ε.
    const near = tf.tidy(() =>
      tf.matMul(
        tf.mul(tf.randomNormal([count, length], 0, 1, 'float32', 5), deviation) as tf.Tensor2D,
        tensor<tf.Rank.R2>(slope, [length, 1]),
      ),
    );
    const { loss } = gradientPenalty.run({
      inputs: { scores: tf.zeros([count, 1]), near: near as tf.Tensor2D },
      params: { every: 1, deviation },
      context,
    });
    const expected = slope.reduce((sum, value) => sum + value ** 2, 0) / 2;
    expect(Math.abs((loss.dataSync()[0] as number) / expected - 1)).toBeLessThan(0.08);
  });

  it('says what does not fit', () => {
    const run = (count: number, near: number, every: number) =>
      gradientPenalty.run({
        inputs: { scores: tf.zeros([count, 1]), near: tf.zeros([near, 1]) },
        params: { every, deviation: 1 },
        context,
      });
    expect(() => run(5, 2, 2)).toThrow('every is 2, which does not divide the batch of 5');
    expect(() => run(6, 2, 2)).toThrow('2 scores nearby, expected 3');
  });
});
