import { DTYPE_BYTES, type DType } from '../dtypes.ts';
import type { Extent } from '../extent.ts';
import type { PickleMachine } from '../pickle/machine.ts';
import { describe, Foreign, type PickleValue, PyGlobal, PyTuple } from '../pickle/values.ts';
import { elementCount, span, type TensorView } from '../tensor-view.ts';

/** A block of elements that tensors look into, as torch.save stores it. */
export interface TorchStorage {
  readonly key: string;
  /** Undefined where the file calls it a run of bytes; then `elements` counts these. */
  readonly dtype: DType | undefined;
  readonly elements: number;
  readonly bytes: number;
  /** Where its bytes are, once that is known. */
  extent: Extent | undefined;
}

/** A storage, or the part of one that old versions of torch could refer to. */
export class StorageRef extends Foreign {
  readonly kind = 'storage';

  constructor(
    readonly storage: TorchStorage,
    readonly start: number,
    readonly elements: number,
  ) {
    super();
  }
}

/** A tensor: a view into a storage, which may have other views. */
export class TensorRef extends Foreign {
  readonly kind = 'tensor';

  constructor(
    readonly storage: TorchStorage,
    readonly dtype: DType,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
    /** Elements before the first, from the beginning of the storage. */
    readonly start: number,
  ) {
    super();
  }

  /** Where its elements are; undefined while the storage's bytes have not been found. */
  get view(): TensorView | undefined {
    const { dtype, shape, strides, start } = this;
    const { extent } = this.storage;
    return extent && { dtype, shape, strides, start, extent };
  }
}

const STORAGE_DTYPES: Readonly<Record<string, DType>> = {
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
  ComplexFloatStorage: 'complex64',
  ComplexDoubleStorage: 'complex128',
};

/** PyTorch stops at 64. */
const MOST_AXES = 64;
/** Views may be larger than what they look into (expand) by this much in all, or by the size of the file. */
const ALWAYS_EXPANDABLE = 4 << 20;

/** Makes storages and tensors from what a pickle says about them, and trusts none of it. */
export class TorchObjects {
  readonly storages = new Map<string, TorchStorage>();
  private expandable: number;

  /** `locate` finds a storage's bytes at once, in formats where that is possible. */
  constructor(
    fileBytes: number,
    private readonly locate?: (storage: TorchStorage, machine: PickleMachine) => Extent,
  ) {
    this.expandable = Math.max(fileBytes, ALWAYS_EXPANDABLE);
  }

  /**
   * The storage of a persistent id ('storage', type, key, location, elements[, view]), where `view` is None or
   * (key, first element, elements). The location, such as cuda:0, says where it was: it is read into memory.
   */
  persistent(id: PickleValue, machine: PickleMachine): PickleValue {
    const [kind, type, key, location, elements, view = null] = id instanceof PyTuple ? id.items : [];
    const bad = (what: string, value: PickleValue | undefined, expected: string) =>
      machine.error('bad-storage', `a storage has a wrong ${what}`, { found: describe(value), expected });
    // Whole models refer to their classes, with source code.
    if (kind === 'module' && type instanceof PyGlobal) return type;
    if (kind !== 'storage') throw bad('id', id, "('storage', type, key, location, elements)");
    if (typeof key !== 'string' || key.length > 64) throw bad('key', key, 'a short text');
    if (typeof location !== 'string') throw bad('location', location, 'a text');
    if (!isCount(elements)) throw bad('size', elements, 'a number of elements');
    if (type instanceof PyGlobal && /^Q.*Storage$/.test(type.attribute)) {
      throw machine.error('unsupported-tensor', `a tensor is quantized (${type.attribute.slice(0, 40)})`);
    }
    const dtype = storageDType(type);
    if (dtype === null) throw bad('type', type, 'a storage class such as torch.FloatStorage');
    const storage = this.storage({ key, dtype, elements }, machine);
    if (view === null) return new StorageRef(storage, 0, elements);
    const [, start, part] = view instanceof PyTuple ? view.items : [];
    if (!isCount(start) || !isCount(part) || start + part > elements) {
      throw bad('part', view, `a part of ${elements} elements`);
    }
    return new StorageRef(storage, start, part);
  }

  private storage(
    { key, dtype, elements }: Pick<TorchStorage, 'key' | 'dtype' | 'elements'>,
    machine: PickleMachine,
  ): TorchStorage {
    const known = this.storages.get(key);
    if (known) {
      if (known.dtype === dtype && known.elements === elements) return known;
      throw machine.error('bad-storage', `the storage ${key} is described in two ways`, {
        found: `${elements} elements of ${dtype ?? 'bytes'}`,
        expected: `${known.elements} of ${known.dtype ?? 'bytes'}, as before`,
      });
    }
    const bytes = elements * (dtype ? DTYPE_BYTES[dtype] : 1);
    const storage: TorchStorage = { key, dtype, elements, bytes, extent: undefined };
    storage.extent = this.locate?.(storage, machine);
    this.storages.set(key, storage);
    return storage;
  }

  /** The tensor that torch._utils._rebuild_tensor_v2 and its relatives would make. */
  tensor(
    [ref, start, size, stride]: readonly PickleValue[],
    machine: PickleMachine,
    givenDType?: DType,
  ): TensorRef {
    const bad = (problem: string, found: PickleValue | undefined, expected: string) =>
      machine.error('bad-tensor', problem, { found: describe(found), expected });
    if (!(ref instanceof StorageRef)) throw bad('a tensor has no storage', ref, 'a storage');
    const shape = counts(size);
    const strides = counts(stride);
    if (!isCount(start)) throw bad('a tensor has a wrong offset', start, 'a number of elements from 0');
    if (!shape) throw bad('a tensor has a wrong shape', size, `a tuple of at most ${MOST_AXES} sizes from 0`);
    if (strides?.length !== shape.length) {
      throw bad('a tensor has wrong strides', stride, `a tuple of ${shape.length} strides from 0`);
    }
    machine.charge(shape.length);
    const { storage } = ref;
    const dtype = storage.dtype ?? givenDType;
    if (!dtype) throw bad('a tensor does not say its dtype', ref, 'a storage of numbers');
    const elements = elementCount(shape);
    const reach = span(shape, strides);
    const held = storage.dtype ? ref.elements : Math.floor(ref.elements / DTYPE_BYTES[dtype]);
    if (!(start + reach <= held) || !Number.isSafeInteger(elements)) {
      throw machine.error('outside-storage', 'a tensor is larger than its storage', {
        found: `shape [${shape}], strides [${strides}], offset ${start}`,
        expected: `${held} elements`,
      });
    }
    this.expand((elements - held) * DTYPE_BYTES[dtype], machine);
    return new TensorRef(storage, dtype, shape, strides, ref.start + start);
  }

  private expand(bytes: number, machine: PickleMachine): void {
    if (bytes <= 0) return;
    this.expandable -= bytes;
    if (this.expandable >= 0) return;
    throw machine.error('expanded-too-far', `views are ${bytes} bytes larger than what they look into`);
  }
}

/** The dtype of a storage class, undefined for bytes, null for anything else. */
function storageDType(type: PickleValue | undefined): DType | undefined | null {
  if (!(type instanceof PyGlobal)) return null;
  if (type.name === 'torch.storage.UntypedStorage' || type.name === 'torch.UntypedStorage') return undefined;
  if (type.module !== 'torch' && type.module !== 'torch.cuda') return null;
  return Object.hasOwn(STORAGE_DTYPES, type.attribute) ? (STORAGE_DTYPES[type.attribute] ?? null) : null;
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function counts(value: PickleValue | undefined): number[] | undefined {
  if (!(value instanceof PyTuple) || value.items.length > MOST_AXES) return undefined;
  return value.items.every(isCount) ? (value.items as number[]) : undefined;
}
