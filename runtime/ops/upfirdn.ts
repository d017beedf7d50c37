import * as tf from '@tensorflow/tfjs-core';
import { fail, integerPair, type Pair, type Shape4, shape4 } from './check.ts';

/** A finite impulse response: one row for both axes (separable), or a whole kernel of rows. */
export type FirKernel = readonly number[] | readonly (readonly number[])[];

/** [before, after] for both axes, or [top, bottom, left, right]; negative numbers crop. */
export type Padding = readonly [number, number] | readonly [number, number, number, number];

/** What `upfirdn2d` does around the filter. */
export interface UpfirdnOptions {
  /** Factor of zero insertion: up − 1 zeros after every sample; default 1. */
  readonly up?: Pair;
  /** Keeps every down-th sample of the result; default 1. */
  readonly down?: Pair;
  /** Zeros around the upsampled image; default none. */
  readonly padding?: Padding;
  /** Factor on the result; default 1. */
  readonly gain?: number;
}

type TwoInts = [number, number];

interface Plan {
  readonly up: TwoInts;
  readonly down: TwoInts;
  /** [before, after] of rows, then of columns. */
  readonly pad: readonly [TwoInts, TwoInts];
  readonly kernel: readonly (readonly number[])[];
}

/**
 * Upsamples by zero insertion, pads, convolves every channel with a constant kernel and downsamples
 * (Karras et al. 2020, official code; the kernel is flipped: a convolution, not a correlation).
 *
 * The output has floor((H·up + before + after − kh) / down) + 1 rows. The gradient is the same operation with
 * the kernel flipped and up and down exchanged, so that it is differentiable to any order.
 *
 * @param x [B,H,W,C]
 * @param kernel kh×kw taps, or a row that stands for its outer product with itself
 * @throws RangeError on a wrong rank, a ragged kernel, factors below 1, or an empty output
 */
export function upfirdn2d(x: tf.Tensor4D, kernel: FirKernel, options: UpfirdnOptions = {}): tf.Tensor4D {
  const op = 'upfirdn2d';
  shape4(op, 'x', x);
  const { padding = [0, 0], gain = 1 } = options;
  if (!padding.every(Number.isInteger)) fail(op, `padding is [${padding}], expected integers`);
  const [top, bottom, left = top, right = bottom] = padding;
  return apply(x, {
    up: integerPair(op, 'up', options.up ?? 1, 1),
    down: integerPair(op, 'down', options.down ?? 1, 1),
    pad: [
      [top, bottom],
      [left, right],
    ],
    kernel: square(op, kernel).map((row) => row.map((tap) => tap * gain)),
  });
}

function square(op: string, kernel: FirKernel): number[][] {
  const rows = (kernel as readonly (number | readonly number[])[]).map((row) =>
    typeof row === 'number' ? (kernel as readonly number[]).map((tap) => tap * row) : [...row],
  );
  const width = rows[0]?.length ?? 0;
  if (width === 0 || rows.some((row) => row.length !== width || !row.every(Number.isFinite))) {
    fail(op, `kernel is ${JSON.stringify(kernel)}, expected finite taps in rows of equal length`);
  }
  return rows;
}

function apply(x: tf.Tensor4D, plan: Plan): tf.Tensor4D {
  const size = outputSize(x.shape, plan);
  if (size[0] < 1 || size[1] < 1) {
    const [[top, bottom], [left, right]] = plan.pad;
    const taps = `${plan.kernel.length}×${plan.kernel[0]?.length}`;
    fail(
      'upfirdn2d',
      `x [${x.shape}], kernel ${taps} and padding [${[top, bottom, left, right]}] leave no output`,
    );
  }
  const op = tf.customGrad((image) => ({
    value:
      plan.up[0] * plan.up[1] > 1
        ? upsampled(image as tf.Tensor4D, plan)
        : filtered(image as tf.Tensor4D, plan),
    gradFunc: (dy: tf.Tensor) => apply(dy as tf.Tensor4D, adjoint(plan, x.shape, size)),
  }));
  return op(x) as tf.Tensor4D;
}

function outputSize(shape: Shape4, { up, down, pad, kernel }: Plan): TwoInts {
  const taps = tapCounts(kernel);
  return [0, 1].map((i) => {
    const [before, after] = pad[i as 0 | 1];
    const padded = (shape[i + 1] as number) * up[i as 0 | 1] + before + after;
    return Math.floor((padded - taps[i as 0 | 1]) / down[i as 0 | 1]) + 1;
  }) as TwoInts;
}

/** The transposed map: exchanges up and down, flips the kernel, and pads so that the sizes return. */
function adjoint({ up, down, pad, kernel }: Plan, input: Shape4, output: TwoInts): Plan {
  const taps = tapCounts(kernel);
  const around = [0, 1].map((axis) => {
    const i = axis as 0 | 1;
    const before = taps[i] - pad[i][0] - 1;
    const after = (input[i + 1] as number) * up[i] - output[i] * down[i] + pad[i][0] - up[i] + 1;
    return [before, after];
  }) as [TwoInts, TwoInts];
  return { up: down, down: up, pad: around, kernel: flipped(kernel) };
}

/** Without upsampling: one strided depthwise convolution. */
function filtered(x: tf.Tensor4D, { down, pad, kernel }: Plan): tf.Tensor4D {
  const cropped = resizeBorders(
    x,
    pad.map((ends) => ends.map((end) => Math.min(end, 0))) as [TwoInts, TwoInts],
  );
  const [rows, columns] = pad.map((ends) => ends.map((end) => Math.max(end, 0))) as [TwoInts, TwoInts];
  return tf.depthwiseConv2d(cropped, depthwiseFilter(flipped(kernel), x.shape[3]), down, [
    [0, 0],
    rows,
    columns,
    [0, 0],
  ]);
}

/**
 * With upsampling: a transposed depthwise convolution, which inserts the zeros, pads and filters at once.
 * Padding beyond its reach (more than kernel − 1, or negative) is added or cropped afterwards.
 */
function upsampled(x: tf.Tensor4D, plan: Plan): tf.Tensor4D {
  const { up, down, pad, kernel } = plan;
  const taps = tapCounts(kernel);
  const reach = pad.map((ends, i) => ends.map((end) => Math.min(Math.max(end, 0), taps[i as 0 | 1] - 1))) as [
    TwoInts,
    TwoInts,
  ];
  const [batch, , , channels] = x.shape;
  const size = outputSize(x.shape, { ...plan, down: [1, 1], pad: reach });
  // The convolution whose transpose this is pads by kernel − 1 − before, and by what gives x's size at the end.
  const forward = reach.map(([before, after], axis) => {
    const i = axis as 0 | 1;
    return [taps[i] - 1 - before, Math.max(taps[i] - up[i] - after, 0)];
  }) as [TwoInts, TwoInts];
  const inputs = { dy: x, filter: depthwiseFilter(kernel, channels) } as unknown as tf.NamedTensorMap;
  const attrs = {
    strides: up,
    pad: [[0, 0], ...forward, [0, 0]],
    dilations: [1, 1],
    inputShape: [batch, ...size, channels],
  } as unknown as tf.NamedAttrMap;
  const dense = tf.engine().runKernel(tf.DepthwiseConv2dNativeBackpropInput, inputs, attrs) as tf.Tensor4D;
  const beyond = pad.map((ends, i) => ends.map((end, j) => end - (reach[i as 0 | 1][j as 0 | 1] as number)));
  const whole = resizeBorders(dense, beyond as [TwoInts, TwoInts]);
  if (down[0] * down[1] === 1) return whole;
  return tf.stridedSlice(whole, [0, 0, 0, 0], whole.shape, [1, down[0], down[1], 1]) as tf.Tensor4D;
}

/** Adds zeros where an end is positive and crops where it is negative. */
function resizeBorders(x: tf.Tensor4D, ends: readonly [TwoInts, TwoInts]): tf.Tensor4D {
  const [[top, bottom], [left, right]] = ends;
  let result = x;
  if (ends.some((pair) => pair.some((end) => end < 0))) {
    const [batch, height, width, channels] = x.shape;
    const [y0, x0] = [Math.max(-top, 0), Math.max(-left, 0)];
    const rows = height - y0 + Math.min(bottom, 0);
    const columns = width - x0 + Math.min(right, 0);
    result = tf.slice(result, [0, y0, x0, 0], [batch, rows, columns, channels]);
  }
  if (ends.some((pair) => pair.some((end) => end > 0))) {
    result = tf.pad(result, [
      [0, 0],
      [Math.max(top, 0), Math.max(bottom, 0)],
      [Math.max(left, 0), Math.max(right, 0)],
      [0, 0],
    ]);
  }
  return result;
}

function depthwiseFilter(kernel: readonly (readonly number[])[], channels: number): tf.Tensor4D {
  const [rows, columns] = tapCounts(kernel);
  const data = Float32Array.from({ length: rows * columns * channels }, (_, i) => {
    const tap = Math.floor(i / channels);
    return kernel[Math.floor(tap / columns)]?.[tap % columns] as number;
  });
  return tf.tensor4d(data, [rows, columns, channels, 1]);
}

function tapCounts(kernel: readonly (readonly number[])[]): TwoInts {
  return [kernel.length, kernel[0]?.length as number];
}

function flipped(kernel: readonly (readonly number[])[]): number[][] {
  return kernel.map((row) => [...row].reverse()).reverse();
}
