import * as tf from '@tensorflow/tfjs-core';
import { fail } from './check.ts';
import { scaleByConstant } from './scale-by-constant.ts';

/** Shape of the rectifier. */
export interface LeakyReluOptions {
  /** Slope for x ≤ 0, from 0 to 1; default 0.2. */
  readonly slope?: number;
  /** Positive factor on the result; √2 keeps the variance. Default √2 in `leakyReluBias`, 1 in `leakyRelu`. */
  readonly gain?: number;
}

/**
 * StyleGAN2's fused activation: gain · LeakyReLU(x + bias) (Karras et al. 2020, official code).
 * Differentiable to any order; at 0 the derivative is that of the negative side, as in PyTorch.
 *
 * @param x [..., C]
 * @param bias [C]
 * @throws RangeError when the bias does not have one value per channel, or the gain is not positive
 */
export function leakyReluBias<T extends tf.Tensor>(
  x: T,
  bias: tf.Tensor1D,
  options: LeakyReluOptions = {},
): T {
  const channels = x.shape[x.rank - 1];
  if (bias.rank !== 1 || bias.shape[0] !== channels) {
    fail(
      'leakyReluBias',
      `bias has shape [${bias.shape}], expected [${channels}], the channels of x [${x.shape}]`,
    );
  }
  return tf.tidy(() => leakyRelu(tf.add<T>(x, bias), { gain: Math.SQRT2, ...options }));
}

/**
 * gain · max(x, slope·x), differentiable to any order.
 *
 * @param x any shape
 * @throws RangeError when the gain is not positive, or the slope not from 0 to 1
 */
export function leakyRelu<T extends tf.Tensor>(x: T, options: LeakyReluOptions = {}): T {
  const { slope = 0.2, gain = 1 } = options;
  if (!(gain > 0)) fail('leakyRelu', `gain is ${gain}, expected a positive number`);
  if (!(slope >= 0 && slope <= 1)) fail('leakyRelu', `slope is ${slope}, expected a number from 0 to 1`);
  const op = tf.customGrad((input, save) => {
    const rectified = tf.leakyRelu(input as T, slope);
    // The result tells the side as well as the input does, and the input need not be kept.
    (save as tf.GradSaveFunc)([rectified]);
    return {
      value: gain === 1 ? rectified : tf.mul(rectified, gain),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        // a comparison and a cast are faster than a selection or tf.step
        const side = tf.cast(tf.greater(saved[0] as T, 0), 'float32');
        const factor = tf.maximum(side, slope);
        return scaleByConstant(dy, gain === 1 ? factor : tf.mul(factor, gain));
      },
    };
  });
  return op(x) as T;
}
