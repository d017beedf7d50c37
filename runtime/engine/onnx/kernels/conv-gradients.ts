/**
 * Gradients of convolutions as ONNX operators; ONNX Runtime's training kernels are not in its npm package.
 * Everything is NCHW and OIHW here. Which form is fastest depends on the shape; the rules come from timing every
 * form on the layers of the method's networks at batch 1 and 8 (bench/conv-forms.md).
 */
import { emit, int64s, isFrozen, type Value } from '../graph.ts';
import { reshaped, transposed } from '../sym.ts';
import { area, type ConvGeometry, convAttributes, isDense, isFull } from './conv-geometry.ts';
import { copied, flippedTaps, patches, sliced, unfold, zeroPadded } from './patches.ts';

/** Above this many bytes the unfolded input of a filter gradient is not worth its memory. */
const PATCH_BYTES = 128e6;

/** Gradient with respect to the input, [B, C, H, W], of a convolution in `group` groups. */
export function inputGradient(dy: Value, filter: Value, g: ConvGeometry, channels: number, group = 1): Value {
  const [batch, filters] = dy.shape as [number, number];
  const shape = [batch, channels, ...g.input];
  const positions = area(g.output);
  if (group === 1 && isFull(g))
    return reshaped(
      matMul(reshaped(dy, [batch, filters]), reshaped(filter, [filters, channels * area(g.kernel)])),
      shape,
    );
  const widest = Math.max(channels, filters);
  // Only where it was timed: with few channels there is nothing to gain, and its rounding differs. A filter that is
  // trained has to be turned at every run.
  const turns = isFrozen(filter) || batch * positions >= 8 * widest;
  if (group === 1 && isDense(g) && widest >= 32 && turns) {
    // a convolution with the filter turned by 180° and its channels exchanged
    const turned = flipped(transposed(filter, [1, 0, 2, 3]));
    const pads = g.pads.map(
      (pad, i) => (g.kernel[i % 2] as number) - 1 - pad,
    ) as unknown as ConvGeometry['pads'];
    return emit('Conv', [dy, turned], { shape, type: 'float32', attributes: convAttributes({ ...g, pads }) });
  }
  if (group === 1 && batch > 1 && positions <= 16 && area(g.kernel) > 1) {
    const taps = area(g.kernel);
    const flat = reshaped(transposed(dy, [1, 0, 2, 3]), [filters, batch * positions]);
    const spread = matMul(transposed(reshaped(filter, [filters, channels * taps]), [1, 0]), flat);
    const columns = transposed(reshaped(spread, [channels * taps, batch, ...g.output]), [1, 0, 2, 3]);
    // channels as images rather than as groups: see summedOverMultiplier
    const images = reshaped(columns, [batch * channels, taps, ...g.output]);
    return reshaped(convTranspose(images, unfold(1, g.kernel), g, 1, 1), shape);
  }
  if (group > 1 && group === channels && filters > channels)
    return summedOverMultiplier(dy, filter, g, channels);
  return convTranspose(dy, filter, g, channels, group);
}

/**
 * For a depthwise filter [C·M, 1, kh, kw] with M > 1, one multiplier at a time: the WebGPU provider of ONNX Runtime
 * 1.30 takes only the first of several inputs of a group that has one output.
 */
function summedOverMultiplier(dy: Value, filter: Value, g: ConvGeometry, channels: number): Value {
  const [batch, filters] = dy.shape as [number, number];
  const multiplier = filters / channels;
  const grouped = reshaped(dy, [batch, channels, multiplier, ...g.output]);
  const perMultiplier = reshaped(filter, [channels, multiplier, 1, ...g.kernel]);
  const parts = Array.from({ length: multiplier }, (_, i) => {
    const part = reshaped(sliced(grouped, 2, i, i + 1, 1), [batch, channels, ...g.output]);
    const taps = reshaped(sliced(perMultiplier, 1, i, i + 1, 1), [channels, 1, ...g.kernel]);
    return convTranspose(part, taps, g, channels, channels);
  });
  return parts.reduce((sum, part) => emit('Add', [sum, part], part));
}

function convTranspose(dy: Value, filter: Value, g: ConvGeometry, channels: number, group: number): Value {
  // rows and columns that no window reaches, because the stride does not divide what is left
  const rest = ([0, 1] as const).map((axis) => {
    const reach = (g.output[axis] - 1) * g.strides[axis] + (g.kernel[axis] - 1) * g.dilations[axis] + 1;
    return g.input[axis] - (reach - g.pads[axis] - g.pads[(axis + 2) as 2 | 3]);
  });
  return emit('ConvTranspose', [dy, filter], {
    shape: [dy.shape[0] as number, channels, ...g.input],
    type: 'float32',
    attributes: { ...convAttributes(g, group), output_padding: rest },
  });
}

/** Gradient with respect to the filter, [O, C, kh, kw]. */
export function filterGradient(x: Value, dy: Value, g: ConvGeometry): Value {
  const [batch, channels] = x.shape as [number, number];
  const filters = dy.shape[1] as number;
  const taps = area(g.kernel);
  const positions = area(g.output);
  const shape = [filters, channels, ...g.kernel];
  if (isFull(g)) {
    return reshaped(
      matMul(transposed(reshaped(dy, [batch, filters]), [1, 0]), reshaped(x, [batch, channels * taps])),
      shape,
    );
  }
  if (isDense(g) && filters * 4 <= channels) return byShiftedOutput(x, dy, g);
  if (batch * channels * taps * positions * 4 > PATCH_BYTES) return byTap(x, dy, g);
  const columns = patches(x, g);
  if (batch === 1 || positions >= 2 * filters) {
    const outputs = reshaped(dy, [batch, filters, positions]);
    // with few filters dy is the factor to transpose: the columns are many times as large
    if (filters <= 64) {
      const product = summedOverBatch(matMul(columns, transposed(outputs, [0, 2, 1])));
      return reshaped(transposed(product, [1, 0]), shape);
    }
    return reshaped(summedOverBatch(matMul(outputs, transposed(columns, [0, 2, 1]))), shape);
  }
  const foldedColumns = reshaped(transposed(columns, [1, 0, 2]), [channels * taps, batch * positions]);
  const foldedOutputs = reshaped(transposed(dy, [1, 0, 2, 3]), [filters, batch * positions]);
  return reshaped(matMul(foldedOutputs, transposed(foldedColumns, [1, 0])), shape);
}

/** For few filters: shifts the output's gradient over the input instead of the input under the output. */
function byShiftedOutput(x: Value, dy: Value, g: ConvGeometry): Value {
  const [batch, channels] = x.shape as [number, number];
  const filters = dy.shape[1] as number;
  const taps = area(g.kernel);
  const pads = g.pads.map(
    (pad, i) => (g.kernel[i % 2] as number) - 1 - pad,
  ) as unknown as ConvGeometry['pads'];
  const shifted = copied(dy, flippedTaps(1, g.kernel), { ...g, pads, input: g.output, output: g.input });
  const positions = area(g.input);
  const images = transposed(reshaped(x, [batch, channels, positions]), [0, 2, 1]);
  const product = summedOverBatch(matMul(reshaped(shifted, [batch, filters * taps, positions]), images));
  return reshaped(transposed(reshaped(product, [filters, taps, channels]), [0, 2, 1]), [
    filters,
    channels,
    ...g.kernel,
  ]);
}

/** One product per tap of the filter: little memory. */
function byTap(x: Value, dy: Value, g: ConvGeometry): Value {
  const [batch, channels] = x.shape as [number, number];
  const filters = dy.shape[1] as number;
  const positions = area(g.output);
  const padded = zeroPadded(x, g.pads);
  const outputs = reshaped(dy, [batch, filters, positions]);
  const products = eachTap(g).map((tap) => {
    const met = transposed(reshaped(underTap(padded, g, tap), [batch, channels, positions]), [0, 2, 1]);
    return reshaped(summedOverBatch(matMul(outputs, met)), [filters * channels, 1]);
  });
  return reshaped(concatenated(products, 1), [filters, channels, ...g.kernel]);
}

/** Gradient with respect to a depthwise filter, [C, M, kh, kw]: one weighted sum per tap. */
export function depthwiseFilterGradient(x: Value, dy: Value, g: ConvGeometry): Value {
  const [batch, channels] = x.shape as [number, number];
  const multiplier = (dy.shape[1] as number) / channels;
  const shape = [batch, channels, multiplier, ...g.output];
  const padded = zeroPadded(x, g.pads);
  const outputs = reshaped(dy, shape);
  const sums = eachTap(g).map((tap) => {
    const met = reshaped(underTap(padded, g, tap), [batch, channels, 1, ...g.output]);
    const product = emit('Mul', [outputs, met], { shape, type: 'float32' });
    const sum = emit('ReduceSum', [product, int64s([0, 3, 4])], {
      shape: [1, channels, multiplier, 1, 1],
      type: 'float32',
      attributes: { keepdims: 1 },
    });
    return reshaped(sum, [channels, multiplier, 1]);
  });
  return reshaped(concatenated(sums, 2), [channels, multiplier, ...g.kernel]);
}

function eachTap({ kernel: [height, width] }: ConvGeometry): (readonly [number, number])[] {
  return Array.from({ length: height * width }, (_, tap) => [Math.floor(tap / width), tap % width] as const);
}

/** The padded input as one tap of the filter meets it, [B, C, h, w]. */
function underTap(padded: Value, g: ConvGeometry, tap: readonly [number, number]): Value {
  return ([0, 1] as const).reduce((rest, axis) => {
    const start = tap[axis] * g.dilations[axis];
    return sliced(rest, axis + 2, start, start + (g.output[axis] - 1) * g.strides[axis] + 1, g.strides[axis]);
  }, padded);
}

function flipped(filter: Value): Value {
  return emit(
    'Slice',
    [filter, int64s([-1, -1]), int64s([-1e9, -1e9]), int64s([2, 3]), int64s([-1, -1])],
    filter,
  );
}

function summedOverBatch(x: Value): Value {
  if (x.shape[0] === 1) return reshaped(x, x.shape.slice(1));
  return emit('ReduceSum', [x, int64s([0])], {
    shape: x.shape.slice(1),
    type: 'float32',
    attributes: { keepdims: 0 },
  });
}

export function matMul(a: Value, b: Value): Value {
  const shape = [
    ...(a.shape.length > b.shape.length ? a : b).shape.slice(0, -2),
    a.shape.at(-2) as number,
    b.shape.at(-1) as number,
  ];
  return emit('MatMul', [a, b], { shape, type: 'float32' });
}

function concatenated(parts: readonly Value[], axis: number): Value {
  const [first] = parts as [Value];
  if (parts.length === 1) return first;
  const shape = first.shape.map((extent, i) => (i === axis ? parts.length * extent : extent));
  return emit('Concat', parts, { shape, type: 'float32', attributes: { axis } });
}
