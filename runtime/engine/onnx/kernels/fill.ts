/** Kernels that make tensors from numbers alone. */
import type * as tf from '@tensorflow/tfjs-core';
import { constant, emit, int64s, scalar } from '../graph.ts';
import { Sym } from '../sym.ts';
import { defineKernels, valueType } from './define.ts';

/** A tensor of one value: expanded in the graph, so that it takes no memory in the model. */
export function filled(shape: readonly number[], value: number, dtype: tf.DataType): Sym {
  const element = scalar(value, valueType(dtype));
  if (shape.length === 0) return Sym.row(element, dtype);
  return Sym.row(emit('Expand', [element, int64s(shape)], { shape, type: element.type }), dtype);
}

function sequence(length: number, at: (i: number) => number, dtype: tf.DataType): Sym {
  const values = Array.from({ length }, (_, i) => at(i));
  const data = dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values);
  return Sym.row(constant(data, [length], valueType(dtype)), dtype);
}

defineKernels({
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
