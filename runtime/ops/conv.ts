import * as tf from '@tensorflow/tfjs-core';
import { fail, integerPair, type Pair, type Shape4, shape4 } from './check.ts';

/** Geometry of a convolution, as in PyTorch: symmetric zero padding. */
export interface ConvOptions {
  /** Default 1. */
  readonly stride?: Pair;
  /** Zeros added at both ends of each axis; default 0. */
  readonly padding?: Pair;
  /** Distance between neighbouring filter taps; default 1. */
  readonly dilation?: Pair;
}

/** Geometry of a transposed convolution, as in PyTorch. */
export interface ConvTransposeOptions extends ConvOptions {
  /** Rows and columns added at the bottom and right of the output, less than the stride; default 0. */
  readonly outputPadding?: Pair;
}

type TwoInts = [number, number];
type ExplicitPadding = [TwoInts, TwoInts, TwoInts, TwoInts];

/**
 * Two-dimensional cross-correlation with zero padding (PyTorch's `conv2d` without bias).
 *
 * Differentiable to any order with the engine's gradients (`registerGradients`). The output has
 * floor((H + 2·padding − dilation·(kh − 1) − 1) / stride) + 1 rows.
 *
 * @param x [B,H,W,Ci]
 * @param filter [kh,kw,Ci,Co]
 * @returns [B,H',W',Co]
 * @throws RangeError on a wrong rank, unequal channels, or a filter that is larger than the padded image
 */
export function conv2d(x: tf.Tensor4D, filter: tf.Tensor4D, options: ConvOptions = {}): tf.Tensor4D {
  const op = 'conv2d';
  const [, height, width, channels] = shape4(op, 'x', x);
  const [kh, kw, ci] = shape4(op, 'filter', filter, '[kh,kw,Ci,Co]');
  if (ci !== channels)
    fail(op, `filter [${filter.shape}] takes ${ci} channels, x [${x.shape}] has ${channels}`);
  const { stride, padding, dilation } = geometry(op, options);
  for (const [size, pad, taps, step] of [
    [height, padding[0], kh, dilation[0]],
    [width, padding[1], kw, dilation[1]],
  ] as const) {
    if (size + 2 * pad < step * (taps - 1) + 1) {
      fail(op, `filter [${filter.shape}] with dilation ${step} exceeds x [${x.shape}] with padding ${pad}`);
    }
  }
  const pads = explicit(padding);
  // TensorFlow.js has no kernel for stride and dilation at once.
  if (!isOne(stride)) return tf.tidy(() => tf.conv2d(x, spread(filter, dilation), stride, pads));
  return tf.conv2d(x, filter, 1, pads, 'NHWC', dilation);
}

/**
 * Transposed convolution, the gradient of `conv2d` by its image (PyTorch's `conv_transpose2d` without bias).
 *
 * The output has (H − 1)·stride − 2·padding + dilation·(kh − 1) + outputPadding + 1 rows.
 *
 * @param x [B,H,W,Ci]
 * @param filter [kh,kw,Co,Ci]: output channels before input channels
 * @returns [B,H',W',Co]
 * @throws RangeError on a wrong rank, unequal channels, output padding not below the stride, or an empty output
 */
export function convTranspose2d(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  options: ConvTransposeOptions = {},
): tf.Tensor4D {
  const op = 'convTranspose2d';
  const [batch, height, width, channels] = shape4(op, 'x', x);
  const [kh, kw, co, ci] = shape4(op, 'filter', filter, '[kh,kw,Co,Ci]');
  if (ci !== channels)
    fail(op, `filter [${filter.shape}] takes ${ci} channels, x [${x.shape}] has ${channels}`);
  const { stride, padding, dilation } = geometry(op, options);
  const extra = integerPair(op, 'outputPadding', options.outputPadding ?? 0, 0);
  const size = [height, width].map((length, i) => {
    const step = stride[i as 0 | 1];
    const added = extra[i as 0 | 1];
    const taps = [kh, kw][i] as number;
    if (added >= step) fail(op, `outputPadding is ${added}, expected less than the stride ${step}`);
    const out = (length - 1) * step - 2 * padding[i as 0 | 1] + dilation[i as 0 | 1] * (taps - 1) + added + 1;
    if (out < 1)
      fail(op, `x [${x.shape}] with filter [${filter.shape}] gives an output of ${out} rows or columns`);
    return out;
  }) as TwoInts;
  const shape: Shape4 = [batch, ...size, co];
  return tf.tidy(() => tf.conv2dTranspose(x, spread(filter, dilation), shape, stride, explicit(padding)));
}

function geometry(op: string, options: ConvOptions) {
  return {
    stride: integerPair(op, 'stride', options.stride ?? 1, 1),
    padding: integerPair(op, 'padding', options.padding ?? 0, 0),
    dilation: integerPair(op, 'dilation', options.dilation ?? 1, 1),
  };
}

/** The filter with dilation − 1 zeros between neighbouring taps. */
function spread(filter: tf.Tensor4D, [dh, dw]: TwoInts): tf.Tensor4D {
  if (dh === 1 && dw === 1) return filter;
  const [kh, kw, a, b] = filter.shape;
  const zeros = tf.pad(tf.reshape(filter, [kh, 1, kw, a * b]), [
    [0, 0],
    [0, dh - 1],
    [0, 0],
    [0, (dw - 1) * a * b],
  ]);
  const wide = tf.reshape(zeros, [kh * dh, kw * dw, a, b]) as tf.Tensor4D;
  return tf.slice(wide, [0, 0, 0, 0], [(kh - 1) * dh + 1, (kw - 1) * dw + 1, a, b]);
}

function explicit([v, h]: TwoInts): ExplicitPadding {
  return [
    [0, 0],
    [v, v],
    [h, h],
    [0, 0],
  ];
}

function isOne([v, h]: TwoInts): boolean {
  return v === 1 && h === 1;
}
