import * as tf from '@tensorflow/tfjs-core';
import { gradient, keptShape, reshaped, sizeAt, transposed } from './shared.ts';

type Axis = number | number[] | null | undefined;

const axesOf = (axis: Axis, shape: number[]): number[] => {
  const all = shape.map((_, i) => i);
  return axis == null ? all : tf.util.parseAxisParam(axis, shape);
};

/** Repeats a reduced gradient over the reduced axes. */
function expand(dy: tf.Tensor, shape: number[], axes: readonly number[]): tf.Tensor {
  return tf.broadcastTo(tf.reshape(dy, keptShape(shape, axes)), shape);
}

export const reductionGradients: tf.GradConfig[] = [
  // A repetition instead of a product with a full array of ones.
  gradient<{ axis: Axis }>('Sum', { inputs: ['x'] }, (dy, [x], { axis }) => ({
    x: () => expand(dy, x.shape, axesOf(axis, x.shape)),
  })),

  // As Sum; divides the small tensor instead of the large one.
  gradient<{ axis: Axis }>('Mean', { inputs: ['x'] }, (dy, [x], { axis }) => ({
    x: () => {
      const axes = axesOf(axis, x.shape);
      const count = axes.reduce((product, i) => product * sizeAt(x.shape, i), 1);
      return expand(tf.div(dy, count), x.shape, axes);
    },
  })),

  // tfjs transposes the gradient wrongly unless the axis is the last one.
  gradient<{ axis: number; exclusive: boolean; reverse: boolean }>('Cumsum', {}, (dy, _saved, attrs) => ({
    x: () => tf.cumsum(dy, attrs.axis, attrs.exclusive, !attrs.reverse),
  })),

  // Missing in tfjs, and needed for the second derivative of Prod. Infinite or NaN where x is zero.
  gradient<{ axis: number; exclusive: boolean; reverse: boolean }>(
    'Cumprod',
    { inputs: ['x'], outputs: [true] },
    (dy, [x, y], { axis, exclusive, reverse }) => ({
      x: () => tf.div(tf.cumsum(tf.mul(dy, y), axis, exclusive, !reverse), x),
    }),
  ),

  // tfjs takes negative axes and several axes with kept dimensions for others.
  gradient<{ axis: Axis }>('Prod', { inputs: ['x'] }, (dy, [x], { axis }) => ({
    x: () => prodGradient(x, dy, axesOf(axis, x.shape)),
  })),
];

/** The product of all others: exclusive products from both ends, right for zeros too. */
function prodGradient(x: tf.Tensor, dy: tf.Tensor, axes: readonly number[]): tf.Tensor {
  const rest = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const perm = [...rest, ...axes];
  const restShape = rest.map((i) => sizeAt(x.shape, i));
  const count = axes.reduce((product, i) => product * sizeAt(x.shape, i), 1);
  const inner = transposed(x, perm);
  const flat = tf.reshape(inner, [...restShape, count]);
  const last = rest.length;
  const others = tf.mul(tf.cumprod(flat, last, true, false), tf.cumprod(flat, last, true, true));
  const product = tf.mul(tf.reshape(dy, [...restShape, 1]), others);
  return transposed(
    reshaped(product, inner.shape),
    perm.map((_, i) => perm.indexOf(i)),
  );
}
