import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../runtime/engine/index.ts';
import { leakyRelu, leakyReluBias } from '../../runtime/ops/leaky-relu.ts';
import { checkOperation, ENGINES, expectClose, noise } from './numeric.ts';

describe.each(ENGINES)('leakyReluBias on %s', (engine) => {
  beforeAll(() => useEngine(engine));
  it('adds the bias, rectifies and scales, with gradients of both orders', () => {
    checkOperation({
      shapes: [[2, 3, 3, 4], [4]],
      // Away from the kink, which a central difference would straddle.
      inputs: [noise(72, 1).map((v) => v + 0.5 * Math.sign(v)), noise(4, 2).map((v) => 0.4 * v)],
      op: (x, bias) => leakyReluBias(x as tf.Tensor, bias as tf.Tensor1D),
      formula: (x, bias) =>
        (x as Float64Array).map((value, i) => {
          const sum = value + (bias?.[i % 4] as number);
          return Math.SQRT2 * (sum > 0 ? sum : 0.2 * sum);
        }),
      second: true,
    });
  });

  it('takes another slope and gain, on features without an image', () => {
    const x = tf.tensor2d([1, -1], [1, 2]);
    const out = leakyReluBias(x, tf.tensor1d([1, 0]), { slope: 0.1, gain: 3 });
    expectClose(out.dataSync(), [6, -0.3]);
  });

  it('has the slope of the negative side at 0', () => {
    const slope = tf.grad((x) => leakyRelu(x))(tf.tensor1d([0, 1, -1]));
    expectClose(slope.dataSync(), [0.2, 1, 0.2]);
  });

  it('names what does not fit', () => {
    expect(() => leakyReluBias(tf.zeros([2, 3]), tf.zeros([2]))).toThrow(
      'leakyReluBias: bias has shape [2], expected [3], the channels of x [2,3]',
    );
    expect(() => leakyRelu(tf.zeros([2]), { gain: -1 })).toThrow(
      'leakyRelu: gain is -1, expected a positive number',
    );
    for (const slope of [-0.1, 1.1, Number.NaN]) {
      expect(() => leakyRelu(tf.zeros([2]), { slope })).toThrow(
        `leakyRelu: slope is ${slope}, expected a number from 0 to 1`,
      );
    }
  });
});
