import { ByteCursor } from '../cursor.ts';
import { DTYPE_BYTES } from '../dtypes.ts';
import type { Extent } from '../extent.ts';
import { allowedCalls, type CallOptions } from '../pickle/calls.ts';
import type { PickleHooks } from '../pickle/machine.ts';
import { readPickle } from '../pickle/read.ts';
import { describe, type PickleValue, PyDict, PyList } from '../pickle/values.ts';
import { type ByteSource, sourceError } from '../source.ts';
import { torchCalls } from './calls.ts';
import { TorchObjects, type TorchStorage } from './objects.ts';

export const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;
const LEGACY_PROTOCOL = 1001;

/**
 * Reads what torch.save wrote before 1.6, and writes with `_use_new_zipfile_serialization=False`: pickles of a magic
 * number, a protocol number, the machine, the objects, and the keys of the storages; then, per key, the number of
 * elements (64 bits) and the elements. What follows is ignored, as PyTorch does.
 */
export function readTorchLegacy(source: ByteSource, options: CallOptions): PickleValue {
  const cursor = new ByteCursor(source, 0, source.size);
  const next = (hooks: PickleHooks) => readPickle(cursor, hooks);
  const plain: PickleHooks = { call: () => undefined };
  const magic = next(plain);
  if (magic !== LEGACY_MAGIC) {
    throw sourceError(source, 'unknown-format', 'it is a pickle, but not of torch.save', {
      offset: 0,
      found: describe(magic),
      expected: `${LEGACY_MAGIC}`,
    });
  }
  const protocol = next(plain);
  if (protocol !== LEGACY_PROTOCOL) {
    const expected = `${LEGACY_PROTOCOL}`;
    throw cursor.error('unknown-format', 'it has another version', { found: describe(protocol), expected });
  }
  const machine = next(plain);
  if (!(machine instanceof PyDict) || machine.entries.get('little_endian') !== true) {
    throw cursor.error('byte-order', 'it was saved on a big-endian machine, or does not say');
  }
  const objects = new TorchObjects(source.size);
  const value = next({
    call: allowedCalls(torchCalls(objects), options),
    persistent: (id, pickle) => objects.persistent(id, pickle),
  });
  const keys = next(plain);
  if (!(keys instanceof PyList)) {
    const found = describe(keys);
    throw cursor.error('bad-storage', 'the storages are not listed', { found, expected: 'a list' });
  }
  for (const key of keys.items) readStorage(source, cursor, objects.storages, key);
  for (const { key, extent } of objects.storages.values()) {
    if (!extent) throw cursor.error('storage-size', `the file does not list the storage ${key}`);
  }
  return value;
}

function readStorage(
  source: ByteSource,
  cursor: ByteCursor,
  storages: ReadonlyMap<string, TorchStorage>,
  key: PickleValue,
): void {
  const storage = typeof key === 'string' ? storages.get(key) : undefined;
  if (!storage || storage.extent) {
    throw cursor.error('bad-storage', 'the file lists a storage twice, or one that no tensor uses', {
      found: describe(key),
    });
  }
  const elements = cursor.i64();
  if (elements !== BigInt(storage.elements)) {
    throw cursor.error('storage-size', `the storage ${storage.key} has another size`, {
      found: `${elements} elements`,
      expected: `${storage.elements}`,
    });
  }
  const { bytes } = storage;
  const offset = cursor.position;
  if (bytes > cursor.remaining) {
    throw cursor.error('truncated', `the storage ${storage.key} is not all there`, {
      found: `${cursor.remaining} bytes`,
      expected: `${bytes} (${elements} of ${storage.dtype ? DTYPE_BYTES[storage.dtype] : 1})`,
    });
  }
  cursor.skip(bytes);
  const extent: Extent = { bytes, offset, read: (target, from) => source.read(target, offset + from) };
  storage.extent = extent;
}
