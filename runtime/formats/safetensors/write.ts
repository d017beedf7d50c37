import { writeFileAtomic } from '../atomic.ts';
import type { RealDType } from '../dtypes.ts';
import { CheckpointError, quote } from '../errors.ts';
import { assertSavable, type SavedTensor, storageByteCount, storageBytes } from '../saved.ts';
import { contiguousStrides, elementCount } from '../tensor-view.ts';
import { SAFETENSORS_DTYPES } from './header.ts';

/**
 * Writes tensors as safetensors, in the order given. Elements are fetched and written one tensor at a time. The file
 * is replaced as {@link writeFileAtomic} says.
 *
 * Errors: bad-input (a name twice, a view, elements that do not fit), and those of the file system.
 */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<readonly [name: string, tensor: SavedTensor]>,
  { metadata = new Map() }: { readonly metadata?: ReadonlyMap<string, string> } = {},
): Promise<void> {
  const list = [...tensors];
  await writeFileAtomic(path, chunks(path, list, headerOf(path, list, metadata)));
}

async function* chunks(
  path: string,
  tensors: readonly (readonly [string, SavedTensor])[],
  header: Uint8Array,
): AsyncGenerator<Uint8Array> {
  yield header;
  for (const [name, { storage }] of tensors) yield await storageBytes(path, quote(name), storage);
}

function headerOf(
  file: string,
  tensors: readonly (readonly [string, SavedTensor])[],
  metadata: ReadonlyMap<string, string>,
): Uint8Array {
  const names = new Set<string>();
  const members: string[] = [];
  if (metadata.size > 0) {
    const texts = [...metadata].map(([key, text]) => `${JSON.stringify(key)}:${JSON.stringify(text)}`);
    members.push(`"__metadata__":{${texts}}`);
  }
  let begin = 0;
  for (const [name, tensor] of tensors) {
    const wrong = (problem: string) =>
      new CheckpointError('bad-input', `the tensor ${quote(name)} ${problem}`, { file });
    if (names.has(name)) throw wrong('is given twice');
    if (name === '__metadata__') throw wrong('has a name that the format keeps for itself');
    names.add(name);
    assertSavable(file, quote(name), tensor);
    const { shape, strides, storage } = tensor;
    const whole = elementCount(shape) === storage.elements && `${strides}` === `${contiguousStrides(shape)}`;
    if (!whole) throw wrong('is a view, which the format does not have');
    const end = begin + storageByteCount(storage);
    const dtype = dtypeName(storage.dtype);
    members.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`);
    begin = end;
  }
  const json = Buffer.from(`{${members}}`);
  // Spaces behind the header align the data to 8 bytes.
  const length = Math.ceil(json.length / 8) * 8;
  const header = Buffer.alloc(8 + length, ' ');
  header.writeBigUInt64LE(BigInt(length));
  json.copy(header, 8);
  return header;
}

function dtypeName(dtype: RealDType): string {
  return Object.entries(SAFETENSORS_DTYPES).find(([, known]) => known === dtype)?.[0] ?? dtype;
}
