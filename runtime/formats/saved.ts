import { DTYPE_BYTES, type RealDType, type TensorData, typedArray } from './dtypes.ts';
import { CheckpointError } from './errors.ts';
import { contiguousStrides, elementCount, span } from './tensor-view.ts';

/** Elements, or a function that fetches them when it is their turn to be written. */
export type SavedData = TensorData | (() => TensorData | Promise<TensorData>);

/** A block of elements that is written once, however many tensors look into it. */
export interface SavedStorage {
  readonly dtype: RealDType;
  readonly elements: number;
  readonly data: SavedData;
}

/** A tensor to be written: a view, in elements, into a storage. */
export class SavedTensor {
  constructor(
    readonly storage: SavedStorage,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
    readonly start: number,
  ) {}
}

/** A tensor of its own. `data` holds its elements in C order, as {@link TensorData} of that dtype. */
export function savedTensor({
  dtype,
  shape,
  data,
}: {
  readonly dtype: RealDType;
  readonly shape: readonly number[];
  readonly data: SavedData;
}): SavedTensor {
  const elements = elementCount(shape);
  return new SavedTensor({ dtype, elements, data }, shape, contiguousStrides(shape), 0);
}

/** Fetches the bytes of a storage and checks that they are what was announced. */
export async function storageBytes(file: string, name: string, storage: SavedStorage): Promise<Uint8Array> {
  const { dtype, elements } = storage;
  const data = typeof storage.data === 'function' ? await storage.data() : storage.data;
  const wanted = typedArray(dtype, new Uint8Array(0));
  if (data.constructor !== wanted.constructor || data.length !== elements) {
    throw new CheckpointError('bad-input', `the elements of ${name} are not what was announced`, {
      file,
      found: `${data.constructor.name} of ${data.length}`,
      expected: `${wanted.constructor.name} of ${elements} (${dtype})`,
    });
  }
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}

/** Refuses shapes that are none, and views that reach outside their storage. */
export function assertSavable(file: string, name: string, tensor: SavedTensor): void {
  const { storage, shape, strides, start } = tensor;
  const counts = [...shape, ...strides, start, storage.elements];
  const fits = counts.every((count) => Number.isSafeInteger(count) && count >= 0);
  if (fits && strides.length === shape.length && start + span(shape, strides) <= storage.elements) return;
  throw new CheckpointError('bad-input', `the tensor ${name} reaches outside its storage`, {
    file,
    found: `shape [${shape}], strides [${strides}], offset ${start}`,
    expected: `${storage.elements} elements`,
  });
}

export function storageByteCount({ dtype, elements }: SavedStorage): number {
  return elements * DTYPE_BYTES[dtype];
}
