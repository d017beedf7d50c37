import * as tf from '@tensorflow/tfjs-core';
import { reshaped, sizeAt } from './shared.ts';

/** A dilated convolution, whose strides are one (tfjs allows no other). */
export interface DilatedGeometry {
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dilations: [number, number];
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type Four = [number, number, number, number];
type Sides = { top: number; bottom: number; left: number; right: number };

/** Explicit padding, of tensors in NHWC. */
const padding = ({ top, bottom, left, right }: Sides): tf.backend_util.ExplicitPadding => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
];

/** The padding a forward convolution used, of an NHWC input. */
function sidesOf(
  xShape: readonly number[],
  filterShape: readonly number[],
  g: DilatedGeometry,
  depthwise: boolean,
) {
  const info = tf.backend_util.computeConv2DInfo(
    xShape as Four,
    filterShape as Four,
    1,
    g.dilations,
    g.pad,
    g.dimRoundingMode,
    depthwise,
    'channelsLast',
  );
  return info.padInfo;
}

/**
 * The full padding of the transposed convolution: what the filter overhangs less what the forward pass padded.
 * Where the forward pass padded by more than that, `dy` is cropped instead.
 */
function transposedPadding(
  dy: tf.Tensor,
  filterShape: readonly number[],
  pad: Sides,
  dilations: [number, number],
) {
  const overhangH = (sizeAt(filterShape, 0) - 1) * dilations[0];
  const overhangW = (sizeAt(filterShape, 1) - 1) * dilations[1];
  const full = {
    top: overhangH - pad.top,
    bottom: overhangH - pad.bottom,
    left: overhangW - pad.left,
    right: overhangW - pad.right,
  };
  const crop = (amount: number) => Math.max(0, -amount);
  const keep = (amount: number) => Math.max(0, amount);
  const [batch, height, width, channels] = dy.shape as Four;
  const cropped = Object.values(full).some((amount) => amount < 0)
    ? tf.slice(
        dy,
        [0, crop(full.top), crop(full.left), 0],
        [
          batch,
          height - crop(full.top) - crop(full.bottom),
          width - crop(full.left) - crop(full.right),
          channels,
        ],
      )
    : dy;
  return {
    dy: cropped as tf.Tensor4D,
    pad: padding({
      top: keep(full.top),
      bottom: keep(full.bottom),
      left: keep(full.left),
      right: keep(full.right),
    }),
  };
}

const toLast = (x: tf.Tensor, g: DilatedGeometry) =>
  g.dataFormat === 'NCHW' ? tf.transpose(x, [0, 2, 3, 1]) : x;
const fromLast = (x: tf.Tensor, g: DilatedGeometry) =>
  g.dataFormat === 'NCHW' ? tf.transpose(x, [0, 3, 1, 2]) : x;
const lastShape = ([n, a, b, c]: Four, g: DilatedGeometry): Four =>
  g.dataFormat === 'NCHW' ? [n, b, c, a] : [n, a, b, c];
const withLast = (g: DilatedGeometry): DilatedGeometry => {
  if (g.dataFormat !== 'NCHW' || typeof g.pad !== 'object') return g;
  const [n, c, h, w] = g.pad;
  return { ...g, pad: [n, h, w, c] };
};

/** The gradient of a dilated convolution to its input: a dilated convolution with the mirrored filter. */
export function dilatedInputGradient(dy: tf.Tensor, filter: tf.Tensor, xShape: number[], g: DilatedGeometry) {
  const sides = sidesOf(lastShape(xShape as Four, g), filter.shape, withLast(g), false);
  const { dy: cropped, pad } = transposedPadding(toLast(dy, g), filter.shape, sides, g.dilations);
  const mirrored = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]) as tf.Tensor4D;
  return fromLast(tf.conv2d(cropped, mirrored, 1, pad, 'NHWC', g.dilations), g);
}

/**
 * The gradient of a dilated convolution to its filter: channels and batch change places, `dy` is the filter,
 * and the dilation becomes the stride.
 */
export function dilatedFilterGradient(
  x: tf.Tensor,
  dy: tf.Tensor,
  filterShape: number[],
  g: DilatedGeometry,
) {
  const last = toLast(x, g);
  const pad = padding(sidesOf(last.shape, filterShape, withLast(g), false));
  const images = tf.transpose(last, [3, 1, 2, 0]) as tf.Tensor4D;
  const filters = tf.transpose(toLast(dy, g), [1, 2, 0, 3]) as tf.Tensor4D;
  return tf.transpose(tf.conv2d(images, filters, g.dilations, pad), [1, 2, 0, 3]);
}

/** As dilatedInputGradient, of a depthwise convolution; the outputs of one channel are summed. */
export function dilatedDepthwiseInputGradient(
  dy: tf.Tensor,
  filter: tf.Tensor,
  xShape: number[],
  g: DilatedGeometry,
) {
  const [kh, kw, channels, multiplier] = filter.shape as Four;
  const { dy: cropped, pad } = transposedPadding(
    dy,
    filter.shape,
    sidesOf(xShape, filter.shape, g, true),
    g.dilations,
  );
  const mirrored = tf.reshape(tf.reverse(filter, [0, 1]), [kh, kw, channels * multiplier, 1]) as tf.Tensor4D;
  const each = tf.depthwiseConv2d(cropped, mirrored, 1, pad, 'NHWC', g.dilations);
  if (multiplier === 1) return each;
  const [batch, height, width] = xShape as Four;
  return tf.sum(tf.reshape(each, [batch, height, width, channels, multiplier]), 4);
}

/** As dilatedFilterGradient, of a depthwise convolution: every (batch, channel) pair is a channel. */
export function dilatedDepthwiseFilterGradient(
  x: tf.Tensor,
  dy: tf.Tensor,
  filterShape: number[],
  g: DilatedGeometry,
) {
  const [kh, kw, channels, multiplier] = filterShape as Four;
  const [batch, height, width] = x.shape as Four;
  const [, outHeight, outWidth] = dy.shape as Four;
  const pad = padding(sidesOf(x.shape, filterShape, g, true));
  const images = tf.reshape(tf.transpose(x, [1, 2, 0, 3]), [
    1,
    height,
    width,
    batch * channels,
  ]) as tf.Tensor4D;
  const filters = tf.reshape(tf.transpose(dy, [1, 2, 0, 3]), [
    outHeight,
    outWidth,
    batch * channels,
    multiplier,
  ]) as tf.Tensor4D;
  const each = tf.depthwiseConv2d(images, filters, g.dilations, pad);
  return reshaped(tf.sum(tf.reshape(each, [kh, kw, batch, channels * multiplier]), 2), [
    kh,
    kw,
    channels,
    multiplier,
  ]);
}
