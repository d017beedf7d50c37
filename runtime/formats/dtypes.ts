/** Element types of stored tensors, named as PyTorch names them, with the size of an element in bytes. */
export const DTYPE_BYTES = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
  complex64: 8,
  complex128: 16,
} as const;

export type DType = keyof typeof DTYPE_BYTES;

/** Element types whose values can be read. */
export type RealDType = Exclude<DType, 'complex64' | 'complex128'>;

export function isReal(dtype: DType): dtype is RealDType {
  return dtype !== 'complex64' && dtype !== 'complex128';
}

/** Elements as stored. float16 and bfloat16 stay bit patterns; bool is 0 or 1. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array
  | Uint16Array
  | BigInt64Array;

/** A typed array over all of `bytes`, which has to begin at its buffer's first byte. */
export function typedArray(dtype: RealDType, { buffer }: Uint8Array<ArrayBuffer>): TensorData {
  switch (dtype) {
    case 'float64':
      return new Float64Array(buffer);
    case 'float32':
      return new Float32Array(buffer);
    case 'float16':
    case 'bfloat16':
      return new Uint16Array(buffer);
    case 'int64':
      return new BigInt64Array(buffer);
    case 'int32':
      return new Int32Array(buffer);
    case 'int16':
      return new Int16Array(buffer);
    case 'int8':
      return new Int8Array(buffer);
    case 'uint8':
    case 'bool':
      return new Uint8Array(buffer);
  }
}

/** The value of an IEEE 754 half-precision bit pattern. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The half-precision bit pattern nearest to a value; ties go to the even one, too large values to infinity. */
export function toHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 0x7e00;
  // From 65520 on, the nearest representable number would be 2^16.
  if (size >= 65520) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(Math.max(size, 2 ** -24))));
  // Rounding up to the next power of two carries into the exponent's bits, as it should.
  const units = roundToEven(size * 2 ** (10 - exponent));
  return sign | (((exponent + 14) << 10) + units);
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

let halfValues: Float32Array | undefined;

/** Stored elements as float32: float64 and int64 are rounded to the nearest, all others are exact. */
export function toFloat32(dtype: RealDType, data: TensorData): Float32Array {
  if (data instanceof Float32Array) return data;
  if (data instanceof BigInt64Array) return Float32Array.from(data, Number);
  if (dtype === 'bfloat16') {
    const bits = new Uint32Array(data.length);
    for (let i = 0; i < bits.length; i++) bits[i] = (data[i] as number) << 16;
    return new Float32Array(bits.buffer);
  }
  if (dtype === 'float16') {
    halfValues ??= Float32Array.from({ length: 1 << 16 }, (_, bits) => fromHalf(bits));
    const values = new Float32Array(data.length);
    for (let i = 0; i < values.length; i++) values[i] = halfValues[data[i] as number] as number;
    return values;
  }
  return Float32Array.from(data);
}

/** Stored elements as int32, or undefined where one is no whole number of that range. */
export function toInt32(dtype: RealDType, data: TensorData): Int32Array | undefined {
  if (data instanceof Int32Array) return data;
  const values = new Int32Array(data.length);
  const numbers = dtype === 'float16' || dtype === 'bfloat16' ? toFloat32(dtype, data) : data;
  for (let i = 0; i < values.length; i++) {
    const value = Number(numbers[i]);
    values[i] = value;
    if (values[i] !== value) return undefined;
  }
  return values;
}
