import * as tf from '@tensorflow/tfjs-core';
import { gradient, kernel, reshaped, sizeAt, zeros } from './shared.ts';

type Rounding = 'floor' | 'round' | 'ceil';

interface PoolAttrs {
  readonly filterSize: number | number[];
  readonly strides: number | number[];
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: Rounding;
}

/** One spatial axis of a pooling: sizes, window, stride and the padding before it. */
interface Axis {
  readonly size: number;
  readonly out: number;
  readonly window: number;
  readonly stride: number;
  readonly before: number;
}

export const averagePoolingGradients: tf.GradConfig[] = [
  // tfjs divides by the whole window where the forward pass divides by the part inside the image.
  gradient<PoolAttrs>('AvgPool', { inputs: ['x'] }, (dy, [x], attrs) => ({
    x: () => averageGradient(dy, x, axes2d(x.shape, attrs), 'AvgPoolGrad'),
  })),

  // As AvgPool.
  gradient<PoolAttrs>('AvgPool3D', { inputs: ['x'] }, (dy, [x], attrs) => ({
    x: () => averageGradient(dy, x, axes3d(x.shape, attrs), 'AvgPool3DGrad'),
  })),

  // Missing in tfjs. The gradients above call the kernel without padding only, where all engines agree.
  gradient<PoolAttrs>('AvgPoolGrad', { inputs: ['input'] }, (ddx, [input], attrs) => ({
    dy: () => kernel('AvgPool', { x: ddx }, attrs),
    input: () => zeros(input.shape),
  })),

  // As AvgPoolGrad.
  gradient<PoolAttrs>('AvgPool3DGrad', { inputs: ['input'] }, (ddx, [input], attrs) => ({
    dy: () => kernel('AvgPool3D', { x: ddx }, { ...attrs, dataFormat: 'NDHWC' }),
    input: () => zeros(input.shape),
  })),
];

function axes2d(shape: number[], { filterSize, strides, pad, dimRoundingMode }: PoolAttrs): Axis[] {
  const info = tf.backend_util.computePool2DInfo(
    shape as [number, number, number, number],
    filterSize as [number, number],
    strides as [number, number],
    1,
    pad,
    dimRoundingMode,
  );
  const { padInfo } = info;
  return [
    axis(info.inHeight, info.outHeight, info.filterHeight, info.strideHeight, padInfo.top),
    axis(info.inWidth, info.outWidth, info.filterWidth, info.strideWidth, padInfo.left),
  ];
}

function axes3d(shape: number[], { filterSize, strides, pad, dimRoundingMode }: PoolAttrs): Axis[] {
  const info = tf.backend_util.computePool3DInfo(
    shape as [number, number, number, number, number],
    filterSize as [number, number, number],
    strides as [number, number, number],
    1,
    pad,
    dimRoundingMode,
  );
  const { padInfo } = info;
  return [
    axis(info.inDepth, info.outDepth, info.filterDepth, info.strideDepth, padInfo.front),
    axis(info.inHeight, info.outHeight, info.filterHeight, info.strideHeight, padInfo.top),
    axis(info.inWidth, info.outWidth, info.filterWidth, info.strideWidth, padInfo.left),
  ];
}

const axis = (size: number, out: number, window: number, stride: number, before: number): Axis => ({
  size,
  out,
  window,
  stride,
  before,
});

/** How much of each window lies inside the image. */
const inside = ({ size, out, window, stride, before }: Axis): number[] =>
  Array.from({ length: out }, (_, i) => {
    const start = i * stride - before;
    return Math.min(start + window, size) - Math.max(start, 0);
  });

function averageGradient(dy: tf.Tensor, x: tf.Tensor, axes: readonly Axis[], kernelName: string): tf.Tensor {
  if (axes.every((a) => a.window === a.stride && a.before === 0 && a.size === a.out * a.window)) {
    return repeated(dy, x.shape, axes);
  }
  const extent = axes.map((a) => Math.max((a.out - 1) * a.stride + a.window, a.before + a.size));
  const padded = [sizeAt(x.shape, 0), ...extent, sizeAt(x.shape, x.rank - 1)];
  const full = axes.every((a) => inside(a).every((count) => count === a.window));
  const attrs = { filterSize: axes.map((a) => a.window), strides: axes.map((a) => a.stride), pad: 'valid' };
  const dx = kernel(
    kernelName,
    { dy: full ? dy : tf.mul(dy, correction(axes)), input: zeros(padded) },
    attrs,
  );
  if (tf.util.arraysEqual(padded, x.shape)) return dx;
  return tf.slice(dx, [0, ...axes.map((a) => a.before), 0], x.shape);
}

/** Windows that tile the image: every pixel gets its window's share, in one product. */
function repeated(dy: tf.Tensor, shape: number[], axes: readonly Axis[]): tf.Tensor {
  const batch = sizeAt(shape, 0);
  const channels = sizeAt(shape, shape.length - 1);
  const windows = axes.flatMap((a) => [1, a.window]);
  const area = axes.reduce((product, a) => product * a.window, 1);
  const small = tf.reshape(dy, [batch, ...axes.flatMap((a) => [a.out, 1]), channels]);
  return reshaped(tf.mul(small, tf.fill([1, ...windows, 1], 1 / area)), shape);
}

/** Window area over the part of it inside the image, shaped to broadcast over batch and channels. */
function correction(axes: readonly Axis[]): tf.Tensor {
  const ratios = axes.map((a) => inside(a).map((count) => (count > 0 ? a.window / count : 0)));
  const products = ratios.reduce((all, next) => all.flatMap((p) => next.map((q) => p * q)), [1]);
  return tf.tensor(products, [1, ...axes.map((a) => a.out), 1]);
}
