import * as tf from '@tensorflow/tfjs-core';
import { alias, gradient, unbroadcast } from './shared.ts';

const operands = { inputs: ['a', 'b'] } as const;

/** A gradient that may be `dy` itself needs a tensor of its own. */
const share = (dy: tf.Tensor, shape: readonly number[]): tf.Tensor => {
  const value = unbroadcast(dy, shape);
  return value === dy ? alias(dy) : value;
};

const float = (x: tf.Tensor): tf.Tensor => (x.dtype === 'float32' ? x : tf.cast(x, 'float32'));

export const arithmeticGradients: tf.GradConfig[] = [
  // Fewer nodes: a reduction keeps its dimensions instead of being reshaped back.
  gradient('Add', operands, (dy, [a, b]) => ({
    a: () => share(dy, a.shape),
    b: () => share(dy, b.shape),
  })),

  // Fewer nodes, and the negation comes after the reduction, on the smaller tensor.
  gradient('Sub', operands, (dy, [a, b]) => ({
    a: () => share(dy, a.shape),
    b: () => tf.neg(unbroadcast(dy, b.shape)),
  })),

  // Fewer nodes: no cast of what is float32 already.
  gradient('Multiply', operands, (dy, [a, b]) => ({
    a: () => unbroadcast(tf.mul(dy, float(b)), a.shape),
    b: () => unbroadcast(tf.mul(dy, float(a)), b.shape),
  })),

  // Fewer nodes, and no square of the divisor, which over- and underflows: d(a/b)/db = -(a/b)/b.
  gradient('RealDiv', { ...operands, outputs: [true] }, (dy, [a, b, y]) => ({
    a: () => unbroadcast(tf.div(dy, float(b)), a.shape),
    b: () => tf.neg(tf.div(unbroadcast(tf.mul(dy, y), b.shape), float(b))),
  })),

  // tfjs forgets to sum over broadcast axes and throws.
  gradient('SquaredDifference', operands, (dy, [a, b]) => {
    const slope = (from: tf.Tensor, to: tf.Tensor) =>
      unbroadcast(tf.mul(dy, tf.mul(2, tf.sub(from, to))), from.shape);
    return { a: () => slope(a, b), b: () => slope(b, a) };
  }),

  // tfjs forgets to sum over broadcast axes and throws. Ties go to `a`, as in tfjs and TensorFlow.
  gradient('Maximum', operands, (dy, [a, b]) => ({
    a: () => unbroadcast(tf.mul(dy, tf.cast(tf.greaterEqual(a, b), 'float32')), a.shape),
    b: () => unbroadcast(tf.mul(dy, tf.cast(tf.less(a, b), 'float32')), b.shape),
  })),

  // As Maximum.
  gradient('Minimum', operands, (dy, [a, b]) => ({
    a: () => unbroadcast(tf.mul(dy, tf.cast(tf.lessEqual(a, b), 'float32')), a.shape),
    b: () => unbroadcast(tf.mul(dy, tf.cast(tf.greater(a, b), 'float32')), b.shape),
  })),

  // tfjs hands `dy` itself on, which the tape may then dispose while it is still used.
  gradient('Mod', operands, (dy, [a, b]) => ({
    a: () => share(dy, a.shape),
    b: () => unbroadcast(tf.mul(dy, tf.neg(tf.floor(tf.div(a, b)))), b.shape),
  })),
];
