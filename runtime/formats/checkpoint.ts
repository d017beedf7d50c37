import { type CheckpointFormat, detectFormat } from './detect.ts';
import { isReal, type RealDType, type TensorData, toFloat32, toInt32 } from './dtypes.ts';
import { TensorEntry } from './entry.ts';
import { CheckpointError, quote } from './errors.ts';
import { nearestNames } from './nearest-names.ts';
import { readSafetensors } from './safetensors/read.ts';
import { type ByteSource, memorySource, openFileSource } from './source.ts';
import { readView, type TensorView } from './tensor-view.ts';
import { readTorchLegacy } from './torch/legacy.ts';
import type { TensorRef } from './torch/objects.ts';
import { toTree } from './torch/tree.ts';
import { listTensors } from './torch/walk.ts';
import { readTorchZip, type TorchOptions } from './torch/zip.ts';
import type { TreeValue } from './tree.ts';

/** Elements of a tensor in C order, with what is known of it. */
export interface ReadTensor<Data extends TensorData = TensorData> {
  readonly name: string;
  readonly shape: readonly number[];
  /** The dtype in the file. */
  readonly dtype: RealDType;
  readonly data: Data;
}

/** An open file of tensors. */
export interface Checkpoint {
  readonly file: string;
  readonly format: CheckpointFormat;
  /** Size of the file. */
  readonly bytes: number;
  /** Texts that a safetensors file carries along. */
  readonly metadata: ReadonlyMap<string, string>;
  /** What the file holds, by name, in the file's order. */
  tensors(): readonly TensorEntry[];
  find(name: string): TensorEntry | undefined;
  /**
   * Reads one tensor from the file, in C order: as float32 (float64 and int64 are rounded), as int32 (an error where
   * an element does not fit), or as stored (float16 and bfloat16 as bit patterns).
   *
   * Errors: unknown-tensor, unsupported-dtype (complex), value-range, zip-checksum, truncated, closed.
   */
  read(name: string, options: { readonly dtype: 'float32' }): Promise<ReadTensor<Float32Array>>;
  read(name: string, options: { readonly dtype: 'int32' }): Promise<ReadTensor<Int32Array>>;
  read(name: string): Promise<ReadTensor>;
  /** The containers around the tensors, and all values that are no tensors. */
  tree(): TreeValue;
  close(): void;
}

/**
 * Opens a file of torch.save (either format) or safetensors and lists its tensors, whose elements stay in the file
 * until they are read. Nothing in the file is executed. All errors are {@link CheckpointError}s.
 */
export async function openCheckpoint(path: string, options: TorchOptions = {}): Promise<Checkpoint> {
  const source = openFileSource(path);
  try {
    return openSource(source, options);
  } catch (cause) {
    source.close();
    throw cause;
  }
}

/** {@link openCheckpoint} on bytes in memory; `name` is what errors call them. */
export function openCheckpointBytes(bytes: Uint8Array, name: string, options: TorchOptions = {}): Checkpoint {
  return openSource(memorySource(bytes, name), options);
}

function openSource(source: ByteSource, options: TorchOptions): Checkpoint {
  const format = detectFormat(source);
  if (format === 'safetensors') {
    const { tensors, metadata } = readSafetensors(source);
    return new OpenCheckpoint(source, format, tensors, () => tensors, metadata);
  }
  const value = format === 'torch-zip' ? readTorchZip(source, options) : readTorchLegacy(source, options);
  const tensors = listTensors(source, value);
  // Of several names of one tensor the first is the one that the tree shows.
  const byView = new Map([...tensors.values()].reverse().map((entry) => [viewKey(entry.view), entry]));
  const entryOf = ({ view }: TensorRef) => {
    // A tensor that is no value of a container, such as an argument of an unknown object, has no name.
    return view && (byView.get(viewKey(view)) ?? new TensorEntry('', view));
  };
  return new OpenCheckpoint(source, format, tensors, () => toTree(value, entryOf));
}

function viewKey({ extent, dtype, shape, strides, start }: TensorView): string {
  return `${extent.offset} ${dtype} ${shape} ${strides} ${start}`;
}

class OpenCheckpoint implements Checkpoint {
  readonly file: string;
  readonly bytes: number;

  constructor(
    private readonly source: ByteSource,
    readonly format: CheckpointFormat,
    private readonly entries: ReadonlyMap<string, TensorEntry>,
    readonly tree: () => TreeValue,
    readonly metadata: ReadonlyMap<string, string> = new Map(),
  ) {
    this.file = source.name;
    this.bytes = source.size;
  }

  tensors(): readonly TensorEntry[] {
    return [...this.entries.values()];
  }

  find(name: string): TensorEntry | undefined {
    return this.entries.get(name);
  }

  read(name: string, options: { readonly dtype: 'float32' }): Promise<ReadTensor<Float32Array>>;
  read(name: string, options: { readonly dtype: 'int32' }): Promise<ReadTensor<Int32Array>>;
  read(name: string): Promise<ReadTensor>;
  async read(name: string, options: { readonly dtype?: 'float32' | 'int32' } = {}): Promise<ReadTensor> {
    const { file } = this;
    const entry = this.entries.get(name);
    if (!entry) {
      const [near] = nearestNames(name, this.entries.keys());
      const details = { file, ...(near !== undefined && { hint: `The nearest name is ${quote(near)}.` }) };
      throw new CheckpointError('unknown-tensor', `it has no tensor ${quote(name)}`, details);
    }
    const { dtype, shape, view } = entry;
    const { offset } = view.extent;
    if (!isReal(dtype)) {
      throw new CheckpointError('unsupported-dtype', `the tensor ${quote(name)} is ${dtype}`, {
        file,
        offset,
      });
    }
    const stored = await readView({ ...view, dtype });
    const data =
      options.dtype === 'float32'
        ? toFloat32(dtype, stored)
        : options.dtype === 'int32'
          ? toInt32(dtype, stored)
          : stored;
    if (data) return { name, shape, dtype, data };
    const problem = `the tensor ${quote(name)} (${dtype}) has elements that are no 32-bit integers`;
    throw new CheckpointError('value-range', problem, { file, offset });
  }

  close(): void {
    this.source.close();
  }
}
