import * as tf from '@tensorflow/tfjs-core';
import { constant, emit, emitMany, int64s, scalar, type Value } from '../graph.ts';
import { identityPerm, permuted, reshaped, Sym, samePerm } from '../sym.ts';
import { type Call, cast, defineKernels, relabel, reshape, symbol, valueType } from './define.ts';
import { select } from './elementwise.ts';

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

/** Mirror padding by a gather per axis: ONNX knows `reflect`, not `symmetric`, and not on every type. */
function mirrorPad({ in: input, attrs }: Call): Sym {
  const offset = attrs.mode === 'reflect' ? 0 : 1;
  return (attrs.paddings as [number, number][]).reduce((x, [before, after], axis) => {
    const extent = x.shape[axis] as number;
    const indices = Array.from({ length: before + extent + after }, (_, i) => {
      const at = i - before;
      if (at < 0) return -at - offset;
      return at >= extent ? 2 * extent - 2 - at + offset : at;
    });
    return before + after === 0
      ? x
      : gather(x, constant(Int32Array.from(indices), [indices.length], 'int32'), axis);
  }, input('x'));
}

/** Slices along a logical axis, in the physical order at hand where the indices are a vector. */
export function gather(x: Sym, indices: Value, axis: number): Sym {
  const source = indices.shape.length === 1 ? x : Sym.row(x.row(), x.dtype);
  const at = source.perm.indexOf(axis);
  const physical = [
    ...source.value.shape.slice(0, at),
    ...indices.shape,
    ...source.value.shape.slice(at + 1),
  ];
  const value = emit('Gather', [source.value, indices], {
    shape: physical,
    type: x.type,
    attributes: { axis: at },
  });
  return indices.shape.length === 1 ? symbol(value, source.perm, x.dtype) : Sym.row(value, x.dtype);
}

/** Checks indices that are at hand; of computed ones ONNX Runtime reports those outside [-extent, extent). */
function requireInside(indices: Sym, extent: number): void {
  const { content, producer } = indices.value;
  if (producer || content?.kind !== 'host') return;
  const wrong = (content.data as Int32Array).find((index) => index < 0 || index >= extent);
  if (wrong === undefined) return;
  throw new Error(`GatherV2: the index value ${wrong} is not in [0, ${extent - 1}]`);
}

function gatherV2({ in: input, attrs, infos }: Call): Sym {
  const [x, indices] = [input('x'), input('indices')];
  const axis = tf.util.parseAxisParam(attrs.axis, [...x.shape])[0] as number;
  const batchDims: number = attrs.batchDims ?? 0;
  requireInside(indices, x.shape[axis] as number);
  if (batchDims === 0) return gather(x, cast(indices, 'int32').row(), axis);
  // every batch entry looks into its own block of a flattened table
  const info = tf.backend_util.segment_util.collectGatherOpShapeInfo(
    infos.x as tf.Tensor,
    infos.indices as tf.Tensor,
    axis,
    batchDims,
  );
  const { batchSize, outerSize, dimSize, sliceSize, outputShape } = info;
  const perBatch = indices.row().size / batchSize;
  const offsets = new Int32Array(batchSize * outerSize * perBatch);
  for (let i = 0; i < offsets.length; i++) offsets[i] = Math.floor(i / perBatch) * dimSize;
  const local = reshape(cast(indices, 'int32'), [batchSize, 1, perBatch]).row();
  const shape = [batchSize, outerSize, perBatch];
  const absolute = emit('Add', [local, constant(offsets, shape, 'int32')], { shape, type: 'int32' });
  const table = reshaped(x.row(), [batchSize * outerSize * dimSize, sliceSize]);
  const rows = emit('Gather', [table, absolute], {
    shape: [...shape, sliceSize],
    type: x.type,
    attributes: { axis: 0 },
  });
  return reshape(Sym.row(rows, x.dtype), outputShape);
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

/** A tensor of one value: expanded in the graph, so that it takes no memory in the model. */
export function filled(shape: readonly number[], value: number, dtype: tf.DataType): Sym {
  const element = scalar(value, valueType(dtype));
  if (shape.length === 0) return Sym.row(element, dtype);
  return Sym.row(emit('Expand', [element, int64s(shape)], { shape, type: element.type }), dtype);
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

function oneHot({ in: input, attrs }: Call): Sym {
  const indices = reshape(cast(input('indices'), 'int32'), [...input('indices').shape, 1]);
  const classes = constant(
    Int32Array.from({ length: attrs.depth }, (_, i) => i),
    [attrs.depth],
    'int32',
  );
  const shape = [...input('indices').shape, attrs.depth];
  const hits = Sym.row(emit('Equal', [indices.row(), classes], { shape, type: 'bool' }));
  const type = valueType(attrs.dtype ?? 'int32');
  return select(hits, Sym.row(scalar(attrs.onValue, type)), Sym.row(scalar(attrs.offValue, type)));
}

function int64Indices(indices: Sym): Value {
  const row = indices.row();
  return emit('Cast', [row], { shape: row.shape, type: 'int64', attributes: { to: 7 } });
}

function gatherNd({ in: input }: Call): Sym {
  const [x, indices] = [input('params'), input('indices')];
  tf.gather_util.prepareAndValidate(x as unknown as tf.Tensor, indices as unknown as tf.Tensor);
  const depth = indices.shape.at(-1) as number;
  const shape = [...indices.shape.slice(0, -1), ...x.shape.slice(depth)];
  return Sym.row(emit('GatherND', [x.row(), int64Indices(indices)], { shape, type: x.type }), x.dtype);
}

function scatter(into: Sym, indices: Sym, updates: Sym, reduction: 'none' | 'add'): Sym {
  const depth = indices.shape.length < 2 ? 1 : (indices.shape.at(-1) as number);
  const rows = reshape(indices, [indices.value.size / depth, depth]);
  const blocks = reshape(updates, [indices.value.size / depth, ...into.shape.slice(depth)]);
  const value = emit('ScatterND', [into.row(), int64Indices(rows), blocks.row()], {
    shape: into.shape,
    type: into.type,
    attributes: { reduction },
  });
  return Sym.row(value, into.dtype);
}

function spaceToBatch({ in: input, attrs }: Call): Sym {
  const x = input('x');
  const blocks = attrs.blockShape as number[];
  const inner = x.shape.length - 1 - blocks.length;
  const paddings: [number, number][] = [
    [0, 0],
    ...(attrs.paddings as [number, number][]),
    ...new Array<[number, number]>(inner).fill([0, 0]),
  ];
  const padded = pad(x, paddings);
  const shape = [...padded.shape];
  const b = tf.backend_util;
  const product = blocks.reduce((a, c) => a * c, 1);
  const split = reshape(padded, b.getReshaped(shape, blocks, product, false));
  const moved = relabel(split, b.getPermuted(split.shape.length, blocks.length, false));
  return reshape(moved, b.getReshapedPermuted(shape, blocks, product, false));
}

function batchToSpace({ in: input, attrs }: Call): Sym {
  const x = input('x');
  const blocks = attrs.blockShape as number[];
  const crops = attrs.crops as number[][];
  const product = blocks.reduce((a, c) => a * c, 1);
  const shape = [...x.shape];
  const b = tf.backend_util;
  const split = reshape(x, b.getReshaped(shape, blocks, product));
  const moved = relabel(split, b.getPermuted(split.shape.length, blocks.length));
  const whole = reshape(moved, b.getReshapedPermuted(shape, blocks, product));
  const begin = whole.shape.map((_, axis) => crops[axis - 1]?.[0] ?? 0);
  const end = whole.shape.map((extent, axis) => extent - (crops[axis - 1]?.[1] ?? 0));
  return slice(
    whole,
    begin,
    end,
    whole.shape.map(() => 1),
  );
}

function depthToSpace({ in: input, attrs }: Call): Sym {
  const block: number = attrs.blockSize;
  const nhwc = attrs.dataFormat === 'NCHW' ? relabel(input('x'), [0, 2, 3, 1]) : input('x');
  const [n, h, w, c] = nhwc.shape as [number, number, number, number];
  const split = reshape(nhwc, [n, h, w, block, block, c / (block * block)]);
  const out = reshape(relabel(split, [0, 1, 3, 2, 4, 5]), [n, h * block, w * block, c / (block * block)]);
  return attrs.dataFormat === 'NCHW' ? relabel(out, [0, 3, 1, 2]) : out;
}

function sequence(length: number, at: (i: number) => number, dtype: tf.DataType): Sym {
  const values = Array.from({ length }, (_, i) => at(i));
  const data = dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values);
  return Sym.row(constant(data, [length], valueType(dtype)), dtype);
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
  MirrorPad: mirrorPad,
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
  GatherV2: gatherV2,
  GatherNd: gatherNd,
  ScatterNd: ({ in: input, attrs }) =>
    scatter(filled(attrs.shape, 0, input('updates').dtype), input('indices'), input('updates'), 'add'),
  TensorScatterUpdate: ({ in: input }) =>
    scatter(input('tensor'), input('indices'), input('updates'), 'none'),
  OneHot: oneHot,
  SpaceToBatchND: spaceToBatch,
  BatchToSpaceND: batchToSpace,
  DepthToSpace: depthToSpace,
  Fill: ({ attrs }) => filled(attrs.shape, attrs.value, attrs.dtype ?? 'float32'),
  ZerosLike: ({ in: input }) => filled(input('x').shape, 0, input('x').dtype),
  OnesLike: ({ in: input }) => filled(input('x').shape, 1, input('x').dtype),
  Range: ({ attrs: { start, stop, step: asked, dtype } }) => {
    // 1 is also the step where none was given: then the range may as well run down
    const step = asked === 1 && stop < start ? -1 : asked;
    const length = Math.max(0, Math.ceil((stop - start) / step));
    return sequence(length, (i) => start + i * step, dtype ?? 'float32');
  },
  LinSpace: ({ attrs: { start, stop, num } }) =>
    sequence(num, (i) => (num === 1 ? start : start + (i * (stop - start)) / (num - 1)), 'float32'),
});
