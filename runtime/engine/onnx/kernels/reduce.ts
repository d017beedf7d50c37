import * as tf from '@tensorflow/tfjs-core';
import { emit, int64, int64s, scalar } from '../graph.ts';
import { Sym } from '../sym.ts';
import { type Call, cast, defineKernels, reshape, symbol } from './define.ts';
import { equal, numeric, select } from './elementwise.ts';

/** Reduces logical axes in the physical order at hand. */
export function reduce(op: string, x: Sym, axes: readonly number[], keepDims: boolean): Sym {
  const at = axes.map((axis) => x.perm.indexOf(axis));
  const kept = x.value.shape.map((extent, i) => (at.includes(i) ? 1 : extent));
  const value = emit(op, [x.value, int64s(at)], {
    shape: kept,
    type: x.type,
    attributes: { keepdims: 1, noop_with_empty_axes: 1 },
  });
  const whole = symbol(value, x.perm, x.dtype);
  return keepDims
    ? whole
    : reshape(
        whole,
        x.shape.filter((_, axis) => !axes.includes(axis)),
      );
}

const reduction =
  (op: string) =>
  ({ in: get, attrs }: Call): Sym => {
    const x = get('x');
    // Max names its axes differently
    const axes = tf.util.parseAxisParam(attrs.axis ?? attrs.reductionIndices, [...x.shape]);
    const keepDims = attrs.keepDims ?? false;
    if (op === 'ReduceMean') return reduce(op, cast(x, 'float32'), axes, keepDims);
    // bools are reduced as 0 and 1
    return x.type === 'bool'
      ? cast(reduce(op, cast(x, 'int32'), axes, keepDims), x.dtype)
      : reduce(op, x, axes, keepDims);
  };

/** Bools are reduced as 0 and 1. */
const logical =
  (op: string) =>
  ({ in: get, attrs }: Call): Sym => {
    const x = get('x');
    return cast(
      reduce(op, cast(x, 'int32'), tf.util.parseAxisParam(attrs.axis, [...x.shape]), attrs.keepDims ?? false),
      'bool',
    );
  };

const arg =
  (op: string) =>
  ({ in: get, attrs }: Call): Sym => {
    const x = get('x');
    const axis = tf.util.parseAxisParam(attrs.axis, [...x.shape])[0] as number;
    // NaN is never the largest or smallest
    const lowest = Sym.row(scalar(op === 'ArgMax' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY));
    const source = (x.type === 'float32' ? select(equal(x, x), x, lowest) : cast(x, 'int32')).row();
    const shape = source.shape.filter((_, i) => i !== axis);
    const index = emit(op, [source], { shape, type: 'int64', attributes: { axis, keepdims: 0 } });
    return Sym.row(emit('Cast', [index], { shape, type: 'int32', attributes: { to: 6 } }));
  };

function cumulativeSum({ in: get, attrs }: Call): Sym {
  const x = numeric(get('x'));
  const axis = tf.util.parseAxisParam(attrs.axis, [...x.shape])[0] as number;
  const value = emit('CumSum', [x.value, int64(x.perm.indexOf(axis))], {
    shape: x.value.shape,
    type: x.type,
    attributes: { exclusive: Number(attrs.exclusive ?? false), reverse: Number(attrs.reverse ?? false) },
  });
  return new Sym(x.shape, x.dtype, x.perm, value);
}

const softmax =
  (op: string, input: string, axisName: string) =>
  ({ in: get, attrs }: Call): Sym => {
    const x = get(input);
    const axis: number = attrs[axisName] < 0 ? attrs[axisName] + x.shape.length : attrs[axisName];
    const value = emit(op, [x.value], {
      shape: x.value.shape,
      type: x.type,
      attributes: { axis: x.perm.indexOf(axis) },
    });
    return new Sym(x.shape, x.dtype, x.perm, value);
  };

defineKernels({
  Sum: reduction('ReduceSum'),
  Mean: reduction('ReduceMean'),
  Max: reduction('ReduceMax'),
  Min: reduction('ReduceMin'),
  Prod: reduction('ReduceProd'),
  All: logical('ReduceMin'),
  Any: logical('ReduceMax'),
  ArgMax: arg('ArgMax'),
  ArgMin: arg('ArgMin'),
  Cumsum: cumulativeSum,
  Softmax: softmax('Softmax', 'logits', 'dim'),
  LogSoftmax: softmax('LogSoftmax', 'logits', 'axis'),
});
