import type * as tf from '@tensorflow/tfjs-core';
import { type Content, emit, int64s, recorder, Value, type ValueData, type ValueType } from './graph.ts';

/** Physical axis i holds logical axis perm[i]. */
export type Perm = readonly number[];

export const NCHW: Perm = [0, 3, 1, 2];
/** TensorFlow.js keeps filters as HWIO, ONNX wants OIHW. */
export const OIHW: Perm = [3, 2, 0, 1];

export function identityPerm(rank: number): Perm {
  return Array.from({ length: rank }, (_, axis) => axis);
}

export function permuted<T>(items: readonly T[], perm: Perm): T[] {
  return perm.map((axis) => items[axis] as T);
}

export function samePerm(a: Perm, b: Perm): boolean {
  return a.length === b.length && a.every((axis, i) => axis === b[i]);
}

/** Whether two orders of the same axes give the same bytes: only axes of extent 1 change place. */
export function sameBytes(shape: readonly number[], a: Perm, b: Perm): boolean {
  const wide = (axis: number) => shape[axis] !== 1;
  return samePerm(a.filter(wide), b.filter(wide));
}

/**
 * What the backend knows of a TensorFlow.js tensor: its logical shape and dtype, and the recorded value that holds
 * its elements in some physical order of the axes. Convolutions leave NCHW; elementwise operations, reductions,
 * slices and concatenations follow; logical transposes cost nothing. That removes nearly all transposes around
 * convolutions (3–7 % of a step).
 */
export class Sym {
  /** Transposed copies hold for one recording: in the next, a variable's elements may be others. */
  private readonly others = new Map<string, { value: Value; recording: number }>();

  constructor(
    readonly shape: readonly number[],
    readonly dtype: tf.DataType,
    public perm: Perm,
    public value: Value,
  ) {}

  static row(value: Value, dtype?: tf.DataType): Sym {
    return new Sym(
      value.shape,
      dtype ?? (value.type as tf.DataType),
      identityPerm(value.shape.length),
      value,
    );
  }

  /** A tensor whose elements are at hand, in C order. */
  static concrete(shape: readonly number[], dtype: tf.DataType, type: ValueType, content: Content): Sym {
    return new Sym(shape, dtype, identityPerm(shape.length), new Value(shape, type, undefined, content));
  }

  get type(): ValueType {
    return this.value.type;
  }

  /** The elements in C order of the logical shape. */
  row(): Value {
    return this.as(identityPerm(this.shape.length));
  }

  /** The elements with physical order `perm`, transposed at most once per recording. */
  as(perm: Perm): Value {
    if (samePerm(perm, this.perm)) return this.value;
    const key = perm.join();
    const known = this.others.get(key);
    if (known && known.recording === recorder.recording) return known.value;
    const value = transposed(
      this.value,
      perm.map((axis) => this.perm.indexOf(axis)),
    );
    this.others.set(key, { value, recording: recorder.recording });
    return value;
  }

  /** Moves the elements of an unused concrete leaf into order `perm` on the host, once: filters stay OIHW. */
  relayout(perm: Perm): void {
    const { value } = this;
    if (samePerm(perm, this.perm) || value.content?.kind !== 'host' || isUsed(value)) return;
    const shape = permuted(this.shape, perm);
    const order = perm.map((axis) => this.perm.indexOf(axis));
    const data = transposeData(value.content.data, value.shape, order);
    this.replace(new Value(shape, value.type, undefined, { kind: 'host', data }), perm);
  }

  /** Counts changes of the elements, so that a step notices when a variable it took for constant is none. */
  version = 0;

  replace(value: Value, perm: Perm): void {
    value.holders += this.value.holders;
    this.value = value;
    this.perm = perm;
    this.others.clear();
  }
}

function isUsed(value: Value): boolean {
  return value.lazilyUsed || (recorder.recording !== 0 && value.usedIn === recorder.recording);
}

/** Value with its physical axes reordered; a mere reshape where the bytes stay. */
export function transposed(value: Value, order: Perm): Value {
  const shape = permuted(value.shape, order);
  if (samePerm(order, identityPerm(order.length))) return value;
  if (sameBytes(value.shape, identityPerm(order.length), order)) return reshaped(value, shape);
  const [small] = value.producer?.op === 'Expand' ? value.producer.inputs : [];
  if (small && small.shape.length === shape.length) return expanded(transposed(small, order), shape);
  return emit('Transpose', [value], { shape, type: value.type, attributes: { perm: [...order] } });
}

/** Axes of extent 1 repeated. */
export function expanded(value: Value, shape: readonly number[]): Value {
  return emit('Expand', [value, int64s(shape)], { shape, type: value.type });
}

export function reshaped(value: Value, shape: readonly number[]): Value {
  if (shape.length === value.shape.length && shape.every((extent, i) => extent === value.shape[i]))
    return value;
  // allowzero: a 0 in the shape means an empty axis, not "as in the input"
  return emit('Reshape', [value, int64s(shape)], { shape, type: value.type, attributes: { allowzero: 1 } });
}

/** Transposes elements in host memory. */
export function transposeData<T extends ValueData>(data: T, shape: readonly number[], order: Perm): T {
  const out = data.slice() as T;
  const rank = shape.length;
  const strides = new Array<number>(rank).fill(1);
  for (let axis = rank - 2; axis >= 0; axis--)
    strides[axis] = (strides[axis + 1] as number) * (shape[axis + 1] as number);
  const outShape = permuted(shape, order);
  const outStrides = permuted(strides, order);
  const index = new Array<number>(rank).fill(0);
  let from = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = data[from] as never;
    for (let axis = rank - 1; axis >= 0; axis--) {
      const stride = outStrides[axis] as number;
      from += stride;
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (outShape[axis] as number)) break;
      from -= stride * (outShape[axis] as number);
      index[axis] = 0;
    }
  }
  return out;
}
