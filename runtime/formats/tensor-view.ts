import { DTYPE_BYTES, type DType, type RealDType, type TensorData, typedArray } from './dtypes.ts';
import type { Extent } from './extent.ts';

/** A tensor as a file stores it: a view, in elements, into a run of bytes. */
export interface TensorView {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Elements between neighbours along each axis; 0 repeats one element. */
  readonly strides: readonly number[];
  /** Elements before the first. */
  readonly start: number;
  readonly extent: Extent;
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1);
}

/** The strides of a tensor whose elements lie one after the other in C order. */
export function contiguousStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] as number) * Math.max(1, shape[axis + 1] as number);
  }
  return strides;
}

/** The number of elements from the first to the last that a view touches, both included. */
export function span(shape: readonly number[], strides: readonly number[]): number {
  if (shape.includes(0)) return 0;
  return 1 + shape.reduce((last, size, axis) => last + (size - 1) * (strides[axis] ?? 0), 0);
}

function isContiguous({ shape, strides }: TensorView): boolean {
  const wanted = contiguousStrides(shape);
  return shape.every((size, axis) => size === 1 || strides[axis] === wanted[axis]);
}

/**
 * Reads the elements of a view in C order. Only the bytes from its first to its last element are read; those of a
 * contiguous view go from the file straight into the array that is returned.
 */
export async function readView(view: TensorView & { readonly dtype: RealDType }): Promise<TensorData> {
  const { dtype, shape, strides, start, extent } = view;
  const size = DTYPE_BYTES[dtype];
  const bytes = new Uint8Array(span(shape, strides) * size);
  if (bytes.length > 0) await extent.read(bytes, start * size);
  if (isContiguous(view)) return typedArray(dtype, bytes);
  const target = new Uint8Array(elementCount(shape) * size);
  gather(words(target, size), words(bytes, size), shape, strides);
  return typedArray(dtype, target);
}

type Words = Uint8Array | Uint16Array | Uint32Array | BigUint64Array;

/** Elements as unsigned words, which are copied bit by bit. */
function words({ buffer }: Uint8Array<ArrayBuffer>, size: number): Words {
  if (size === 8) return new BigUint64Array(buffer);
  if (size === 4) return new Uint32Array(buffer);
  return size === 2 ? new Uint16Array(buffer) : new Uint8Array(buffer);
}

function gather(target: Words, source: Words, shape: readonly number[], strides: readonly number[]): void {
  const index = new Array<number>(shape.length).fill(0);
  const inner = shape.length - 1;
  const innerSize = shape[inner] as number;
  const innerStride = strides[inner] as number;
  let at = 0;
  for (let to = 0; to < target.length; ) {
    for (let i = 0, from = at; i < innerSize; i++, from += innerStride)
      target[to++] = source[from] as number & bigint;
    for (let axis = inner - 1; axis >= 0; axis--) {
      const stride = strides[axis] as number;
      at += stride;
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      at -= stride * (shape[axis] as number);
      index[axis] = 0;
    }
  }
}
