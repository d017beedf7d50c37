import * as tf from '@tensorflow/tfjs-core';
import { emit, type Value } from '../graph.ts';
import { NCHW, OIHW, reshaped, type Sym } from '../sym.ts';
import { convolution } from './conv-forward.ts';
import { type ConvGeometry, convAttributes, geometry } from './conv-geometry.ts';
import { depthwiseFilterGradient, filterGradient, inputGradient } from './conv-gradients.ts';
import { isForTorch, torchConvolution, torchFilterGradient, torchInputGradient } from './conv-torch.ts';
import { type Call, defineKernels, relabel, reshape, symbol } from './define.ts';
import { activate, add } from './elementwise.ts';

type Shape4 = [number, number, number, number];

/** Geometry of a call whose input and filter have the given NHWC and HWIO shapes. */
function geometryOf(
  { attrs }: Call,
  input: readonly number[],
  filter: readonly number[],
  depthwise = false,
): ConvGeometry {
  const { strides, dimRoundingMode } = attrs;
  const pad =
    attrs.dataFormat === 'NCHW' && Array.isArray(attrs.pad)
      ? [0, 2, 3, 1].map((axis) => attrs.pad[axis])
      : attrs.pad;
  return geometry(
    tf.backend_util.computeConv2DInfo(
      input as Shape4,
      filter as Shape4,
      strides,
      attrs.dilations ?? 1,
      pad,
      dimRoundingMode,
      depthwise,
    ),
  );
}

const isChannelsFirst = (call: Call): boolean => call.attrs.dataFormat === 'NCHW';
const toNhwc = (call: Call, x: Sym): Sym => (isChannelsFirst(call) ? relabel(x, [0, 2, 3, 1]) : x);
const fromNhwc = (call: Call, x: Sym): Sym => (isChannelsFirst(call) ? relabel(x, [0, 3, 1, 2]) : x);

/** Filters are brought into ONNX' order where they are stored, not at every run. */
function filterValue(filter: Sym): Value {
  filter.relayout(OIHW);
  return filter.as(OIHW);
}

function conv2d(call: Call): Sym {
  const x = toNhwc(call, call.in('x'));
  const filter = call.in('filter');
  const g = geometryOf(call, x.shape, filter.shape);
  const groups = (x.shape[3] as number) / (filter.shape[2] as number);
  const [images, filters] = [x.as(NCHW), filterValue(filter)];
  const y = isForTorch(call.backend.options.provider, g, groups)
    ? torchConvolution(images, filters, g)
    : convolution(images, filters, g, groups);
  return fromNhwc(call, symbol(y, NCHW));
}

function conv2dInputGradient(call: Call): Sym {
  const dy = toNhwc(call, call.in('dy'));
  const filter = call.in('filter');
  const shape: number[] = isChannelsFirst(call)
    ? [0, 2, 3, 1].map((axis) => call.attrs.inputShape[axis])
    : call.attrs.inputShape;
  const g = geometryOf(call, shape, filter.shape);
  requireOutputShape(dy, g);
  const gradient = isForTorch(call.backend.options.provider, g) ? torchInputGradient : inputGradient;
  const value = gradient(dy.as(NCHW), filterValue(filter), g, shape[3] as number);
  return fromNhwc(call, symbol(value, NCHW));
}

/** The shape that conv2dTranspose is asked for may not be one that a convolution makes such images from. */
function requireOutputShape(dy: Sym, { input, output }: ConvGeometry): void {
  const [, height, width] = dy.shape;
  if (height === output[0] && width === output[1]) return;
  throw new Error(
    `images of ${input.join('×')} are convolved to ${output.join('×')}, not ${height}×${width} pixels`,
  );
}

function conv2dFilterGradient(call: Call): Sym {
  const [x, dy] = [toNhwc(call, call.in('x')), toNhwc(call, call.in('dy'))];
  const g = geometryOf(call, x.shape, call.attrs.filterShape);
  const gradient = isForTorch(call.backend.options.provider, g) ? torchFilterGradient : filterGradient;
  return symbol(gradient(x.as(NCHW), dy.as(NCHW), g), OIHW);
}

function fused(convolution: (call: Call) => Sym) {
  return (call: Call): Sym => {
    const y = convolution(call);
    const perChannel = (x: Sym | undefined) =>
      x && isChannelsFirst(call) && x.shape.length === 1 ? channelsFirst(x) : x;
    const bias = perChannel(call.maybe('bias'));
    return activate(bias ? add(y, bias) : y, call.attrs.activation, {
      alpha: call.attrs.leakyreluAlpha,
      weights: perChannel(call.maybe('preluActivationWeights')),
    });
  };
}

/** A vector of one number per channel, for images with channels first. */
function channelsFirst(x: Sym): Sym {
  return reshape(x, [...x.shape, 1, 1]);
}

/** Depthwise filters [h, w, C, M] as ONNX' [C·M, 1, h, w] of a convolution in C groups. */
function depthwiseFilter(filter: Sym): Value {
  const [h, w, channels, multiplier] = filter.shape as Shape4;
  filter.relayout([2, 3, 0, 1]);
  return reshaped(filter.as([2, 3, 0, 1]), [channels * multiplier, 1, h, w]);
}

function depthwise(call: Call): Sym {
  const x = toNhwc(call, call.in('x'));
  const filter = call.in('filter');
  const g = geometryOf(call, x.shape, filter.shape, true);
  const [, , channels, multiplier] = filter.shape as Shape4;
  const shape = [x.shape[0] as number, channels * multiplier, ...g.output];
  const attributes = convAttributes(g, channels);
  return fromNhwc(
    call,
    symbol(emit('Conv', [x.as(NCHW), depthwiseFilter(filter)], { shape, type: 'float32', attributes }), NCHW),
  );
}

function depthwiseInputGradient(call: Call): Sym {
  const [dy, filter] = [call.in('dy'), call.in('filter')];
  const shape = call.attrs.inputShape as number[];
  const g = geometryOf(call, shape, filter.shape, true);
  return symbol(
    inputGradient(dy.as(NCHW), depthwiseFilter(filter), g, shape[3] as number, filter.shape[2] as number),
    NCHW,
  );
}

function depthwiseFilterGradientKernel(call: Call): Sym {
  const [x, dy] = [call.in('x'), call.in('dy')];
  const g = geometryOf(call, x.shape, call.attrs.filterShape, true);
  return symbol(depthwiseFilterGradient(x.as(NCHW), dy.as(NCHW), g), [2, 3, 0, 1]);
}

defineKernels({
  Conv2D: conv2d,
  Conv2DBackpropInput: conv2dInputGradient,
  Conv2DBackpropFilter: conv2dFilterGradient,
  FusedConv2D: fused(conv2d),
  DepthwiseConv2dNative: depthwise,
  DepthwiseConv2dNativeBackpropInput: depthwiseInputGradient,
  DepthwiseConv2dNativeBackpropFilter: depthwiseFilterGradientKernel,
  FusedDepthwiseConv2D: fused(depthwise),
});
