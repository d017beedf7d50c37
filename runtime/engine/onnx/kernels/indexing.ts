/** Kernels that pick elements or slices by index, and put them back. */
import * as tf from '@tensorflow/tfjs-core';
import { constant, emit, scalar, type Value } from '../graph.ts';
import { reshaped, Sym } from '../sym.ts';
import { type Call, cast, defineKernels, reshape, symbol, valueType } from './define.ts';
import { select } from './elementwise.ts';
import { filled } from './fill.ts';

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

defineKernels({
  MirrorPad: mirrorPad,
  GatherV2: gatherV2,
  GatherNd: gatherNd,
  ScatterNd: ({ in: input, attrs }) =>
    scatter(filled(attrs.shape, 0, input('updates').dtype), input('indices'), input('updates'), 'add'),
  TensorScatterUpdate: ({ in: input }) =>
    scatter(input('tensor'), input('indices'), input('updates'), 'none'),
  OneHot: oneHot,
});
