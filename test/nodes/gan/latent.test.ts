import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { latentNode } from '../../../nodes/gan/latent.ts';
import { latentNoise } from '../../../nodes/gan/latent-noise.ts';
import { latentStatistics } from '../../../nodes/gan/latent-statistics.ts';
import { useEngine } from '../../../runtime/engine/index.ts';
import type { NetworkContext, NodeContext } from '../../../runtime/node.ts';
import { expectClose, noise, tensor } from '../../ops/numeric.ts';

beforeAll(() => useEngine('cpu'));

const mean = tf.tensor2d([[1, 2]]);

/** What the node is given, with that weight; the shape that it asks for is kept. */
function latentContext(offset: tf.Tensor) {
  const asked: (readonly number[])[] = [];
  const weights: NetworkContext['weights'] = {
    get(_, { shape, init }) {
      asked.push(shape);
      expect(init(shape, {} as never).every((value) => value === 0)).toBe(true);
      return offset;
    },
  };
  return { asked, context: { weights } as unknown as NetworkContext };
}

describe('gan/latent', () => {
  it('is the mean and an offset, the same for all layers in W', () => {
    const { asked, context } = latentContext(tf.tensor3d([[[0.5, -1]]]));
    const { w, layers, offset } = latentNode.run({
      inputs: { mean },
      params: { space: 'w', latent: 2, layers: 3 },
      context,
    });
    expect(asked).toEqual([[1, 1, 2]]);
    expectClose(w.dataSync(), [1.5, 1]);
    expectClose(layers.dataSync(), [1.5, 1, 1.5, 1, 1.5, 1]);
    expectClose(offset.dataSync(), [0.5, -1, 0.5, -1, 0.5, -1]);
    expect([w.shape, layers.shape]).toEqual([
      [1, 2],
      [1, 3, 2],
    ]);
  });

  it('has an offset for each layer in W+', () => {
    const { asked, context } = latentContext(
      tf.tensor3d([
        [
          [0, 1],
          [2, 3],
        ],
      ]),
    );
    const { w, layers } = latentNode.run({
      inputs: { mean },
      params: { space: 'w+', latent: 2, layers: 2 },
      context,
    });
    expect(asked).toEqual([[1, 2, 2]]);
    expectClose(layers.dataSync(), [1, 3, 3, 5]);
    expectClose(w.dataSync(), [2, 4]);
  });
});

describe('gan/latent-statistics', () => {
  it('gives the mean and the length of a typical offset', () => {
    const w = tf.tensor2d([0, 0, 2, 0, 1, 3, 1, -3], [4, 2]);
    const { mean: found, spread } = latentStatistics.run({ inputs: { w }, params: {}, context: {} as never });
    expectClose(found.dataSync(), [1, 0]);
    expectClose(spread.dataSync(), [Math.sqrt((1 + 1 + 9 + 9) / 4)]);
    expect([found.shape, spread.shape]).toEqual([[1, 2], [1]]);
  });
});

describe('gan/latent-noise', () => {
  const params = { steps: 100, strength: 0.05, ramp: 0.75 };
  const spread = tf.tensor1d([2]);

  /** The noise that is added to zeros at a step, and the shape that was drawn. */
  function added(step: number, shape: number[]) {
    const drawn: (readonly number[])[] = [];
    const context = {
      step: () => tf.scalar(step),
      random: {
        normal: (size: readonly number[]) => {
          drawn.push(size);
          return tensor(
            noise(
              size.reduce((a, b) => a * b, 1),
              3,
            ),
            [...size] as never,
          );
        },
      },
    } as unknown as NodeContext;
    const { w } = latentNoise.run({ inputs: { w: tf.zeros(shape), spread }, params, context });
    return { w, drawn };
  }

  it('fades out with the square of what is left of the ramp', () => {
    const unit = Array.from(noise(4, 3));
    for (const [step, left] of [
      [0, 1],
      [30, 0.6],
      [60, 0.2],
      [75, 0],
      [90, 0],
    ] as const) {
      expectClose(
        added(step, [1, 4]).w.dataSync(),
        unit.map((value) => value * 0.05 * 2 * left ** 2),
      );
    }
  });

  it('is the same for all layers', () => {
    const { w, drawn } = added(0, [1, 3, 2]);
    expect(drawn).toEqual([[1, 1, 2]]);
    const [a, b] = Array.from(noise(2, 3), (value) => value * 0.1);
    expectClose(w.dataSync(), [a, b, a, b, a, b] as number[]);
  });
});
