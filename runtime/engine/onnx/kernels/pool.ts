import * as tf from '@tensorflow/tfjs-core';
import { constant, emit, emitMany, int64s, scalar, type Value } from '../graph.ts';
import { NCHW, reshaped, transposed } from '../sym.ts';
import { area, type ConvGeometry, convAttributes, geometry } from './conv-geometry.ts';
import { inputGradient } from './conv-gradients.ts';
import { type Call, cast, defineKernels, symbol } from './define.ts';
import { sliced, zeroPadded } from './patches.ts';

type Shape4 = [number, number, number, number];

function geometryOf({ attrs }: Call, input: readonly number[]): ConvGeometry {
  return geometry(
    tf.backend_util.computePool2DInfo(
      input as Shape4,
      attrs.filterSize,
      attrs.strides,
      attrs.dilations ?? 1,
      attrs.pad,
      attrs.dimRoundingMode,
    ),
  );
}

function maxPooled(x: Value, g: ConvGeometry): Value {
  // ONNX Runtime refuses windows that lie wholly in the padding
  if (g.pads.some((pad, i) => pad >= (g.kernel[i % 2] as number)))
    return maxPooled(padWithLowest(x, g), { ...g, pads: [0, 0, 0, 0] });
  const { group: _, ...attributes } = convAttributes(g);
  return emit('MaxPool', [x], { shape: [...x.shape.slice(0, 2), ...g.output], type: 'float32', attributes });
}

/** How many pixels of the image each window covers, [1, 1, h, w]: padding does not count. */
function windowAreas(g: ConvGeometry): Value {
  const along = (axis: 0 | 1) =>
    Array.from({ length: g.output[axis] }, (_, i) => {
      const start = i * g.strides[axis] - g.pads[axis];
      const taps = Array.from({ length: g.kernel[axis] }, (_, k) => start + k * g.dilations[axis]);
      return taps.filter((at) => at >= 0 && at < g.input[axis]).length;
    });
  const [rows, columns] = [along(0), along(1)];
  const areas = rows.flatMap((row) => columns.map((column) => Math.max(1, row * column)));
  return constant(Float32Array.from(areas), [1, 1, ...g.output], 'float32');
}

/** Images of one channel each: pooling treats channels alike. */
const single = (x: Value): Value =>
  reshaped(x, [(x.shape[0] as number) * (x.shape[1] as number), 1, ...x.shape.slice(2)]);

const ones = (g: ConvGeometry): Value =>
  constant(new Float32Array(g.kernel[0] * g.kernel[1]).fill(1), [1, 1, ...g.kernel], 'float32');

/** Windows of one pixel that meet every pixel once, however far the padding says that they reach. */
function isIdentity({ kernel, input, output }: ConvGeometry): boolean {
  return area(kernel) === 1 && input[0] === output[0] && input[1] === output[1];
}

function maxPool(call: Call) {
  const x = call.in('x');
  const g = geometryOf(call, x.shape);
  return isIdentity(g) ? x : cast(symbol(maxPooled(cast(x, 'float32').as(NCHW), g), NCHW), x.dtype);
}

function averagePool(call: Call) {
  const g = geometryOf(call, call.in('x').shape);
  if (isIdentity(g)) return call.in('x');
  const x = call.in('x').as(NCHW);
  const shape = [...x.shape.slice(0, 2), ...g.output];
  const images = single(x);
  const sums = emit('Conv', [images, ones(g)], {
    shape: [images.shape[0] as number, 1, ...g.output],
    type: 'float32',
    attributes: convAttributes(g),
  });
  return symbol(emit('Div', [reshaped(sums, shape), windowAreas(g)], { shape, type: 'float32' }), NCHW);
}

function averagePoolGradient(call: Call) {
  const dy = call.in('dy').as(NCHW);
  const x = call.in('input');
  const g = geometryOf(call, x.shape);
  const shares = emit('Div', [dy, windowAreas(g)], { shape: dy.shape, type: 'float32' });
  const spread = inputGradient(single(shares), ones(g), g, 1);
  return symbol(reshaped(spread, [...dy.shape.slice(0, 2), ...g.input]), NCHW);
}

/** The gradient goes to the first maximum of each window. */
function maxPoolGradient(call: Call) {
  const [dy, x] = [call.in('dy').as(NCHW), call.in('input').as(NCHW)];
  const g = geometryOf(call, call.in('input').shape);
  // the CPU provider alone has this operator; it would keep only one share of pixels that several windows meet
  if (call.backend.options.provider === 'cpu' && area(g.dilations) === 1 && standApart(g))
    return symbol(unpooled(dy, x, g), NCHW);
  const y = maxPooled(x, g);
  const padded = padWithLowest(x, g);
  const { shape } = y;
  const zero = scalar(0);
  let free: Value | undefined;
  const shares: Value[] = [];
  for (let i = 0; i < g.kernel[0]; i++) {
    for (let j = 0; j < g.kernel[1]; j++) {
      const rows = sliced(
        padded,
        2,
        i * g.dilations[0],
        i * g.dilations[0] + (g.output[0] - 1) * g.strides[0] + 1,
        g.strides[0],
      );
      const met = sliced(
        rows,
        3,
        j * g.dilations[1],
        j * g.dilations[1] + (g.output[1] - 1) * g.strides[1] + 1,
        g.strides[1],
      );
      const equal = emit('Equal', [met, y], { shape, type: 'bool' });
      const hit = free ? emit('And', [equal, free], { shape, type: 'bool' }) : equal;
      const missed: Value = emit('Not', [equal], { shape, type: 'bool' });
      free = free ? emit('And', [free, missed], { shape, type: 'bool' }) : missed;
      shares.push(emit('Where', [hit, dy, zero], { shape, type: 'float32' }));
    }
  }
  return symbol(scattered(shares, g), NCHW);
}

/** Whether no two windows meet the same pixel, and none reaches out of the image. */
function standApart({ kernel, strides, pads }: ConvGeometry): boolean {
  return kernel[0] <= strides[0] && kernel[1] <= strides[1] && pads.every((pad) => pad === 0);
}

/** The gradient of windows that stand apart: each share goes where the maximum was. */
function unpooled(dy: Value, x: Value, g: ConvGeometry): Value {
  const { group: _, ...attributes } = convAttributes(g);
  const [, indices] = emitMany(
    'MaxPool',
    [x],
    [
      { shape: dy.shape, type: 'float32' },
      { shape: dy.shape, type: 'int64' },
    ],
    { attributes },
  ) as [Value, Value];
  return emit('MaxUnpool', [dy, indices, int64s(x.shape)], {
    shape: x.shape,
    type: 'float32',
    attributes: { kernel_shape: [...g.kernel], strides: [...g.strides] },
  });
}

/** Puts the share of each tap back where the tap was. */
function scattered(shares: readonly Value[], g: ConvGeometry): Value {
  const [batch, channels] = (shares[0] as Value).shape as [number, number];
  const [kh, kw] = g.kernel;
  const [h, w] = g.output;
  const tiles =
    g.strides[0] === kh &&
    g.strides[1] === kw &&
    g.dilations[0] === 1 &&
    g.dilations[1] === 1 &&
    g.pads.every((pad) => pad === 0) &&
    g.input[0] === h * kh &&
    g.input[1] === w * kw;
  const taps = kh * kw;
  const stacked = emit(
    'Concat',
    shares.map((share) => reshaped(share, [batch, channels, 1, h, w])),
    {
      shape: [batch, channels, taps, h, w],
      type: 'float32',
      attributes: { axis: 2 },
    },
  );
  if (tiles) {
    const split = transposed(reshaped(stacked, [batch, channels, kh, kw, h, w]), [0, 1, 4, 2, 5, 3]);
    return reshaped(split, [batch, channels, ...g.input]);
  }
  const place = new Float32Array(taps * taps);
  for (let tap = 0; tap < taps; tap++) place[tap * taps + tap] = 1;
  const images = reshaped(stacked, [batch * channels, taps, h, w]);
  return reshaped(inputGradient(images, constant(place, [taps, 1, kh, kw], 'float32'), g, 1), [
    batch,
    channels,
    ...g.input,
  ]);
}

function padWithLowest(x: Value, g: ConvGeometry): Value {
  const padded = zeroPadded(x, g.pads);
  if (padded === x) return x;
  // outside the image nothing may be a maximum: the mask of the padding becomes the lowest number
  const inside = new Float32Array(g.input[0] * g.input[1]);
  const outside = zeroPadded(constant(inside.fill(1), [1, 1, ...g.input], 'float32'), g.pads);
  const mask = emit('Cast', [outside], { shape: outside.shape, type: 'bool', attributes: { to: 9 } });
  return emit('Where', [mask, padded, scalar(-3.4e38)], { shape: padded.shape, type: 'float32' });
}

defineKernels({
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGradient,
  AvgPool: averagePool,
  AvgPoolGrad: averagePoolGradient,
});
