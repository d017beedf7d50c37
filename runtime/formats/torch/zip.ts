import { ByteCursor } from '../cursor.ts';
import { allowedCalls, type CallOptions } from '../pickle/calls.ts';
import { readPickle } from '../pickle/read.ts';
import type { PickleValue } from '../pickle/values.ts';
import { type ByteSource, memorySource, sourceError } from '../source.ts';
import { type ArchiveOptions, openArchive } from '../zip/archive.ts';
import { torchCalls } from './calls.ts';
import { TorchObjects } from './objects.ts';

export type TorchOptions = CallOptions & ArchiveOptions;

/** Pickles hold names and shapes, not elements. */
const LARGEST_PICKLE = 1 << 28;

/**
 * Reads what torch.save writes since 1.6: a zip archive whose folder, of any name, holds `data.pkl` (the objects),
 * `data/KEY` (the bytes of each storage) and, in newer versions, `byteorder`.
 */
export function readTorchZip(source: ByteSource, options: TorchOptions): PickleValue {
  const archive = openArchive(source, options);
  const pickles = [...archive.values()].filter(({ name }) => /^(?:[^/]+\/)?data\.pkl$/.test(name));
  const [pickle] = pickles;
  if (!pickle || pickles.length > 1) {
    const found = `${pickles.length} of them among ${archive.size} entries`;
    throw sourceError(source, 'not-a-checkpoint', 'the archive has not one data.pkl', { found });
  }
  const folder = pickle.name.slice(0, -'data.pkl'.length);
  if (archive.has(`${folder}constants.pkl`)) {
    throw sourceError(source, 'torchscript', 'it is a compiled model, not a checkpoint');
  }
  const order = archive.get(`${folder}byteorder`);
  if (order && order.bytes <= 16 && Buffer.from(order.readSync()).toString('latin1') !== 'little') {
    throw sourceError(source, 'byte-order', 'it was saved on a big-endian machine', { offset: order.offset });
  }
  if (pickle.bytes > LARGEST_PICKLE) {
    const found = `${pickle.bytes} bytes`;
    throw sourceError(source, 'too-large', 'data.pkl is too large', { offset: pickle.offset, found });
  }
  const objects = new TorchObjects(source.size, (storage, machine) => {
    const entry = archive.get(`${folder}data/${storage.key}`);
    const expected = `${storage.bytes} bytes`;
    if (entry?.bytes === storage.bytes) return entry;
    if (!entry)
      throw machine.error('storage-size', `the archive has no storage ${storage.key}`, { expected });
    const found = `${entry.bytes} bytes`;
    throw machine.error('storage-size', `the storage ${storage.key} has another size`, { found, expected });
  });
  const data = pickle.readSync();
  const cursor = new ByteCursor(memorySource(data, `${source.name}:${pickle.name}`), 0, data.length);
  return readPickle(cursor, {
    call: allowedCalls(torchCalls(objects), options),
    persistent: (id, machine) => objects.persistent(id, machine),
  });
}
