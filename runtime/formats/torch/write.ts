import { writeFileAtomic } from '../atomic.ts';
import type { RealDType } from '../dtypes.ts';
import { CheckpointError, quote } from '../errors.ts';
import { PickleWriter } from '../pickle/write.ts';
import { assertSavable, type SavedStorage, SavedTensor, storageBytes } from '../saved.ts';
import { type NewEntry, zipChunks } from '../zip/write.ts';

/**
 * What can be saved: tensors, plain values, and containers of these. A Map becomes an OrderedDict, an object a dict,
 * an array a list. Whole numbers become ints.
 */
export type Savable =
  | null
  | boolean
  | number
  | bigint
  | string
  | SavedTensor
  | readonly Savable[]
  | ReadonlyMap<string | number, Savable>
  | { readonly [key: string]: Savable };

const STORAGE_CLASSES: Readonly<Record<RealDType, string>> = {
  float64: 'DoubleStorage',
  float32: 'FloatStorage',
  float16: 'HalfStorage',
  bfloat16: 'BFloat16Storage',
  int64: 'LongStorage',
  int32: 'IntStorage',
  int16: 'ShortStorage',
  int8: 'CharStorage',
  uint8: 'ByteStorage',
  bool: 'BoolStorage',
};

const DEEPEST = 100;

/**
 * Writes what torch.load (1.6 and later) reads: a zip archive with a pickle of protocol 2. Storages are fetched and
 * written one at a time, each once. The file is replaced as {@link writeFileAtomic} says.
 *
 * Errors: bad-input, and those of the file system.
 */
export async function writeTorch(path: string, value: Savable): Promise<void> {
  const keys = new Map<SavedStorage, string>();
  const pickle = pickleOf(path, value, keys);
  const storages = [...keys].map(([storage, key]): NewEntry => {
    const name = `archive/data/${key}`;
    return { name, data: () => storageBytes(path, name, storage) };
  });
  const entries = [
    { name: 'archive/data.pkl', data: () => pickle },
    ...storages,
    { name: 'archive/version', data: () => Buffer.from('3\n') },
  ];
  await writeFileAtomic(path, zipChunks(entries));
}

function pickleOf(file: string, root: Savable, keys: Map<SavedStorage, string>): Buffer {
  const writer = new PickleWriter();
  const write = (value: Savable, place: string, depth: number): void => {
    if (depth > DEEPEST) {
      const problem = `containers are nested more than ${DEEPEST} deep at ${quote(place)}`;
      throw new CheckpointError('bad-input', problem, { file });
    }
    const child = (key: string | number, item: Savable) =>
      write(item, place ? `${place}.${key}` : `${key}`, depth + 1);
    const member = ([key, item]: readonly [string | number, Savable]) => {
      if (typeof key === 'number') writer.number(key);
      else writer.text(key);
      child(key, item);
    };
    if (value === null) writer.none();
    else if (typeof value === 'boolean') writer.boolean(value);
    else if (typeof value === 'number') writer.number(value);
    else if (typeof value === 'bigint') writer.integer(value);
    else if (typeof value === 'string') writer.text(value);
    else if (value instanceof SavedTensor) {
      assertSavable(file, quote(place), value);
      writeTensor(writer, value, keys);
    } else if (isList(value)) writer.list(() => value.forEach((item, i) => void child(i, item)));
    else if (isMap(value)) writer.orderedDict(() => [...value].forEach(member));
    else writer.dict(() => Object.entries(value).forEach(member));
  };
  write(root, '', 0);
  return writer.finish();
}

function writeTensor(writer: PickleWriter, tensor: SavedTensor, keys: Map<SavedStorage, string>): void {
  const { storage, shape, strides, start } = tensor;
  const key = keys.get(storage) ?? `${keys.size}`;
  keys.set(storage, key);
  const numbers = (values: readonly number[]) =>
    writer.tuple(() => values.forEach((value) => void writer.number(value)));
  writer.global('torch._utils', '_rebuild_tensor_v2').call(() => {
    writer
      .tuple(() => {
        writer.text('storage').global('torch', STORAGE_CLASSES[storage.dtype]);
        writer.text(key).text('cpu').number(storage.elements);
      })
      .persistentId()
      .number(start);
    numbers(shape);
    numbers(strides);
    writer.boolean(false).orderedDict(() => undefined);
  });
}

function isList(value: object): value is readonly Savable[] {
  return Array.isArray(value);
}

function isMap(value: object): value is ReadonlyMap<string | number, Savable> {
  return value instanceof Map;
}
