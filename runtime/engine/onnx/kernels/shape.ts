import * as tf from '@tensorflow/tfjs-core';
import { emit, emitMany, int64s, scalar, type Value } from '../graph.ts';
import { identityPerm, permuted, Sym, samePerm } from '../sym.ts';
import { type Call, defineKernels, relabel, reshape, symbol } from './define.ts';
import { filled } from './fill.ts';

/** Elements start, start + step, … up to end of every axis, in the physical order at hand. */
export function slice(
  x: Sym,
  start: readonly number[],
  end: readonly number[],
  step: readonly number[],
): Sym {
  const axes = x.perm
    .map((_, i) => i)
    .filter((i) => {
      const axis = x.perm[i] as number;
      return start[axis] !== 0 || end[axis] !== x.shape[axis] || step[axis] !== 1;
    });
  if (axes.length === 0) return x;
  const at = (values: readonly number[]) => int64s(axes.map((i) => values[x.perm[i] as number] as number));
  const shape = x.shape.map((_, axis) =>
    Math.max(0, Math.ceil(((end[axis] as number) - (start[axis] as number)) / (step[axis] as number))),
  );
  // ONNX counts a negative end from the back, so "before the first element" is spelled far below
  const ends = end.map((value, axis) => ((step[axis] as number) < 0 && value < 0 ? -1e9 : value));
  const value = emit('Slice', [x.value, at(start), at(ends), int64s(axes), at(step)], {
    shape: permuted(shape, x.perm),
    type: x.type,
  });
  return new Sym(shape, x.dtype, x.perm, value);
}

export function pad(
  x: Sym,
  paddings: readonly (readonly [number, number])[],
  value = 0,
  mode = 'constant',
): Sym {
  if (paddings.every(([before, after]) => before === 0 && after === 0)) return x;
  const shape = x.shape.map(
    (extent, axis) => extent + (paddings[axis] as readonly number[]).reduce((a, b) => a + b, 0),
  );
  const physical = permuted(paddings, x.perm);
  const pads = int64s([...physical.map(([before]) => before), ...physical.map(([, after]) => after)]);
  const fill = mode === 'constant' ? scalar(value, x.type) : undefined;
  const padded = emit('Pad', fill ? [x.value, pads, fill] : [x.value, pads], {
    shape: permuted(shape, x.perm),
    type: x.type,
    attributes: { mode },
  });
  return new Sym(shape, x.dtype, x.perm, padded);
}

export function concat(parts: readonly Sym[], axis: number): Sym {
  const [first, ...others] = parts.filter((part) => part.value.size > 0);
  if (!first) return emptyConcat(parts, axis);
  if (others.length === 0) return first;
  const { perm } =
    [first, ...others].find((part) => !samePerm(part.perm, identityPerm(part.shape.length))) ?? first;
  const at = perm.indexOf(axis);
  const values = [first, ...others].map((part) => part.as(perm));
  const shape = [...(values[0] as Value).shape];
  shape[at] = values.reduce((sum, value) => sum + (value.shape[at] as number), 0);
  return symbol(
    emit('Concat', values, { shape, type: first.type, attributes: { axis: at } }),
    perm,
    first.dtype,
  );
}

function emptyConcat(parts: readonly Sym[], axis: number): Sym {
  const shape = tf.backend_util.computeOutShape(
    parts.map((part) => [...part.shape]),
    axis,
  );
  return filled(shape, 0, (parts[0] as Sym).dtype);
}

function tile({ in: input, attrs }: Call): Sym {
  const x = input('x');
  const reps = attrs.reps as number[];
  const shape = x.shape.map((extent, axis) => extent * (reps[axis] as number));
  const physical = permuted(shape, x.perm);
  const expands = reps.every((count, axis) => count === 1 || x.shape[axis] === 1);
  const value = expands
    ? emit('Expand', [x.value, int64s(physical)], { shape: physical, type: x.type })
    : emit('Tile', [x.value, int64s(permuted(reps, x.perm))], { shape: physical, type: x.type });
  return new Sym(shape, x.dtype, x.perm, value);
}

function splitV({ in: input, attrs }: Call): Sym[] {
  const x = input('x');
  const axis = tf.util.parseAxisParam(attrs.axis, [...x.shape])[0] as number;
  const sizes = tf.backend_util.prepareSplitSize(
    input('x') as unknown as tf.Tensor,
    attrs.numOrSizeSplits,
    axis,
  );
  const at = x.perm.indexOf(axis);
  const shapes = sizes.map((size) => x.value.shape.map((extent, i) => (i === at ? size : extent)));
  return emitMany(
    'Split',
    [x.value, int64s(sizes)],
    shapes.map((shape) => ({ shape, type: x.type })),
    { attributes: { axis: at } },
  ).map((value) => symbol(value, x.perm, x.dtype));
}

function unpack({ in: input, attrs }: Call): Sym[] {
  const x = input('value');
  const axis: number = attrs.axis < 0 ? attrs.axis + x.shape.length : attrs.axis;
  const rest = x.shape.filter((_, i) => i !== axis);
  const ones = x.shape.map(() => 1);
  return Array.from({ length: x.shape[axis] as number }, (_, i) => {
    const start = x.shape.map((_, at) => (at === axis ? i : 0));
    const end = x.shape.map((extent, at) => (at === axis ? i + 1 : extent));
    return reshape(slice(x, start, end, ones), rest);
  });
}

function stridedSlice({ in: input, attrs }: Call): Sym {
  const x = input('x');
  const info = tf.slice_util.sliceInfo(
    [...x.shape],
    attrs.begin,
    attrs.end,
    attrs.strides,
    attrs.beginMask,
    attrs.endMask,
    attrs.ellipsisMask,
    attrs.newAxisMask,
    attrs.shrinkAxisMask,
  );
  if (info.finalShape.some((extent) => extent === 0)) return filled(info.finalShape, 0, x.dtype);
  return reshape(slice(x, info.begin, info.end, info.strides), info.finalShape);
}

function reverse({ in: input, attrs }: Call): Sym {
  const x = input('x');
  const axes = tf.util.parseAxisParam(attrs.dims, [...x.shape]);
  const backwards = (axis: number) => axes.includes(axis);
  return slice(
    x,
    x.shape.map((extent, axis) => (backwards(axis) ? extent - 1 : 0)),
    x.shape.map((extent, axis) => (backwards(axis) ? -1 : extent)),
    x.shape.map((_, axis) => (backwards(axis) ? -1 : 1)),
  );
}

defineKernels({
  Reshape: ({ in: input, attrs }) =>
    reshape(input('x'), tf.util.inferFromImplicitShape(attrs.shape, input('x').value.size)),
  ExpandDims: ({ in: input, attrs }) => {
    const shape = [...input('input').shape];
    const rank = shape.length;
    if (attrs.dim < -(rank + 1) || attrs.dim > rank)
      throw new Error(`axis ${attrs.dim} is not in [${-(rank + 1)}, ${rank}]`);
    shape.splice(attrs.dim < 0 ? rank + 1 + attrs.dim : attrs.dim, 0, 1);
    return reshape(input('input'), shape);
  },
  Transpose: ({ in: input, attrs }) => relabel(input('x'), attrs.perm),
  Slice: ({ in: input, attrs }) => {
    const x = input('x');
    const [begin, size] = tf.slice_util.parseSliceParams(
      x as unknown as tf.Tensor,
      attrs.begin,
      attrs.size,
    ) as [number[], number[]];
    tf.slice_util.assertParamsValid(x as unknown as tf.TensorInfo, begin, size);
    return slice(
      x,
      begin,
      begin.map((start, i) => start + (size[i] as number)),
      begin.map(() => 1),
    );
  },
  StridedSlice: stridedSlice,
  Reverse: reverse,
  PadV2: ({ in: input, attrs }) => pad(input('x'), attrs.paddings, attrs.constantValue),
  Concat: ({ list, attrs }) => {
    const axis = tf.util.parseAxisParam(attrs.axis, [...(list[0] as Sym).shape])[0] as number;
    tf.backend_util.assertParamsConsistent(
      list.map(({ shape }) => [...shape]),
      axis,
    );
    return concat(list, axis);
  },
  Pack: ({ list, attrs }) => {
    const [first] = list as [Sym];
    for (const { shape, dtype } of list) {
      tf.util.assertShapesMatch([...first.shape], [...shape], 'All tensors must have the same shape: ');
      if (dtype !== first.dtype) throw new Error(`tensors of ${first.dtype} and ${dtype} cannot be stacked`);
    }
    const axis: number = attrs.axis < 0 ? attrs.axis + first.shape.length + 1 : attrs.axis;
    return concat(
      list.map((part) => reshape(part, [...part.shape.slice(0, axis), 1, ...part.shape.slice(axis)])),
      axis,
    );
  },
  Unpack: unpack,
  SplitV: splitV,
  Tile: tile,
});
