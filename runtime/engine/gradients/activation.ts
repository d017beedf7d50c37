import * as tf from '@tensorflow/tfjs-core';
import { gradient, isPositive, kernel, zeros } from './shared.ts';

export const activationGradients: tf.GradConfig[] = [
  // From the output, which the next layer keeps anyway, so that the input need not outlive the kernel.
  gradient('Relu', { outputs: [true] }, (dy, [y]) => ({ x: () => tf.mul(dy, isPositive(y)) })),

  // One slope and one product instead of a product and a selection; nothing to differentiate a second time.
  gradient<{ alpha: number }>('LeakyRelu', { inputs: ['x'], outputs: [true] }, (dy, [x, y], { alpha }) => ({
    // A positive slope keeps the sign, so the output tells the side as well as the input does.
    x: () => tf.mul(dy, tf.add(tf.mul(isPositive(alpha > 0 ? y : x), 1 - alpha), alpha)),
  })),

  // Missing in tfjs: ELU's own gradient (its input `y` is ELU's output) for second derivatives.
  gradient('EluGrad', { inputs: ['dy', 'y'] }, (ddx, [dy, y]) => ({
    dy: () => kernel('EluGrad', { dy: ddx, y: y }),
    y: () => tf.mul(tf.mul(ddx, dy), tf.step(tf.neg(y))),
  })),

  // tfjs takes the slope -1 at zero; zero is what PyTorch and TensorFlow take, and what masked losses need.
  gradient('Abs', { inputs: ['x'] }, (dy, [x]) => ({
    x: () => tf.mul(dy, tf.sign(x.dtype === 'float32' ? x : tf.cast(x, 'float32'))),
  })),

  // From the output instead of a second square root.
  gradient('Sqrt', { outputs: [true] }, (dy, [y]) => ({ x: () => tf.div(dy, tf.mul(y, 2)) })),

  // Products of the output instead of a power, the slowest elementwise function there is.
  gradient('Rsqrt', { outputs: [true] }, (dy, [y]) => ({
    x: () => tf.mul(tf.mul(dy, -0.5), tf.mul(y, tf.square(y))),
  })),

  // One comparison with the output instead of two with the bounds and their conjunction.
  gradient('ClipByValue', { inputs: ['x'], outputs: [true] }, (dy, [x, y]) => ({
    x: () => kernel('Select', { condition: tf.equal(x, y), t: dy, e: zeros(dy.shape) }),
  })),

  // One selection each instead of cast and product, and an infinite or NaN gradient stays on its own side.
  gradient('Select', { inputs: ['condition'] }, (dy, [condition]) => ({
    condition: () => zeros(condition.shape),
    t: () => kernel('Select', { condition: condition, t: dy, e: zeros(dy.shape) }),
    e: () => kernel('Select', { condition: condition, t: zeros(dy.shape), e: dy }),
  })),
];
