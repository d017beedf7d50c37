/** Ways to bring pixels under the taps of a filter, NCHW. */
import { emit, int64s, interned, scalar, type Value } from '../graph.ts';
import { reshaped } from '../sym.ts';
import { area, type ConvGeometry, convAttributes, isDense } from './conv-geometry.ts';

/** The input under every tap and window, [B, C·kh·kw, h·w]. */
export function patches(x: Value, g: ConvGeometry): Value {
  const [batch, channels] = x.shape as [number, number];
  const shape = [batch, channels * area(g.kernel), area(g.output)];
  if (area(g.kernel) === 1 && isDense(g) && g.pads.every((pad) => pad === 0)) return reshaped(x, shape);
  return reshaped(copied(x, unfold(1, g.kernel), g), shape);
}

/**
 * [B·C, kh·kw, h, w]: a convolution that copies is faster than slices that are put together. Channels are images of
 * their own rather than groups, because the WebGPU provider of ONNX Runtime 1.30 computes groups with more than
 * four outputs wrongly where their number is not a multiple of its vectors' length.
 */
export function copied(x: Value, filter: Value, g: ConvGeometry): Value {
  const [batch, channels] = x.shape as [number, number];
  const images = reshaped(x, [batch * channels, 1, ...x.shape.slice(2)]);
  const shape = [batch * channels, area(g.kernel), ...g.output];
  return emit('Conv', [images, filter], { shape, type: 'float32', attributes: convAttributes(g) });
}

/** Filters [C·kh·kw, 1, kh, kw] of a convolution in C groups that copies each tap to a channel of its own. */
export function unfold(channels: number, kernel: readonly [number, number]): Value {
  return copyingFilters(channels, kernel, (tap) => tap);
}

/** The same with the taps in opposite order. */
export function flippedTaps(channels: number, kernel: readonly [number, number]): Value {
  return copyingFilters(channels, kernel, (tap) => area(kernel) - 1 - tap);
}

/**
 * Not compiled in: ONNX Runtime on the CPU computes convolutions with constant filters in a blocked layout, of 16
 * channels for 9 taps, and reordering those back costs more than copying (filter gradients take 1.0 to 1.4 times as long).
 */
function copyingFilters(
  channels: number,
  kernel: readonly [number, number],
  place: (tap: number) => number,
): Value {
  const taps = area(kernel);
  const data = new Float32Array(channels * taps * taps);
  for (let row = 0; row < channels * taps; row++) data[row * taps + place(row % taps)] = 1;
  const filters = interned(data, [channels * taps, 1, ...kernel], 'float32');
  filters.fed = true;
  return filters;
}

/** Zero padding of the two innermost axes by top, left, bottom, right. */
export function zeroPadded(x: Value, [top, left, bottom, right]: ConvGeometry['pads']): Value {
  if (top + left + bottom + right === 0) return x;
  const shape = [...x.shape];
  const rank = shape.length;
  shape[rank - 2] = (shape[rank - 2] as number) + top + bottom;
  shape[rank - 1] = (shape[rank - 1] as number) + left + right;
  const none = new Array<number>(rank - 2).fill(0);
  const pads = int64s([...none, top, left, ...none, bottom, right]);
  return emit('Pad', [x, pads, scalar(0)], { shape, type: x.type, attributes: { mode: 'constant' } });
}

/** Elements start, start + step, … before end of one physical axis. */
export function sliced(x: Value, axis: number, start: number, end: number, step: number): Value {
  const extent = Math.ceil((Math.min(end, x.shape[axis] as number) - start) / step);
  if (start === 0 && step === 1 && extent === x.shape[axis]) return x;
  const shape = x.shape.map((size, i) => (i === axis ? extent : size));
  return emit('Slice', [x, int64s([start]), int64s([end]), int64s([axis]), int64s([step])], {
    shape,
    type: x.type,
  });
}
