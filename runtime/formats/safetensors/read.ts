import { TensorEntry } from '../entry.ts';
import { type CheckpointErrorCode, quote } from '../errors.ts';
import { type ByteSource, sourceError } from '../source.ts';
import { contiguousStrides } from '../tensor-view.ts';
import { parseHeader } from './header.ts';

/** The header is JSON after its length (64 bits); the format allows 100 MB. */
const LENGTH = 8;
const LARGEST_HEADER = 100_000_000;

export interface Safetensors {
  readonly tensors: Map<string, TensorEntry>;
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads which tensors a safetensors file holds. Their bytes have to follow each other without gap or overlap, from
 * the end of the header to the end of the file.
 */
export function readSafetensors(source: ByteSource): Safetensors {
  const error = (
    code: CheckpointErrorCode,
    problem: string,
    details: { readonly offset: number; readonly found?: string; readonly expected?: string },
  ) => sourceError(source, code, problem, details);
  const length = headerLength(source);
  if (length === undefined || length > LARGEST_HEADER || LENGTH + length > source.size) {
    throw error('safetensors-header', 'the header is longer than the file or than allowed', {
      offset: 0,
      found: `${length} bytes`,
      expected: `at most ${Math.min(LARGEST_HEADER, source.size - LENGTH)}`,
    });
  }
  const bytes = new Uint8Array(length);
  source.readSync(bytes, LENGTH);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw error('safetensors-header', 'the header is not UTF-8', { offset: LENGTH });
  }
  const { tensors, metadata } = parseHeader(text, source.name, LENGTH);
  const data = LENGTH + length;
  const entries = new Map<string, TensorEntry>();
  for (const [name, { dtype, shape, begin, end }] of tensors) {
    const size = end - begin;
    const offset = data + begin;
    const extent = {
      bytes: size,
      offset,
      read: (target: Uint8Array, from: number) => source.read(target, offset + from),
    };
    entries.set(
      name,
      new TensorEntry(name, { dtype, shape, strides: contiguousStrides(shape), start: 0, extent }),
    );
  }
  let end = 0;
  for (const [name, tensor] of [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (tensor.begin !== end) {
      const problem = `the tensor ${quote(name)} ${tensor.begin < end ? 'overlaps another' : 'leaves a gap'}`;
      throw error('safetensors-layout', problem, {
        offset: data + tensor.begin,
        found: `${tensor.begin}`,
        expected: `${end}`,
      });
    }
    end = tensor.end;
  }
  if (data + end !== source.size) {
    const code = data + end > source.size ? 'truncated' : 'safetensors-layout';
    throw error(code, 'the tensors do not end where the file ends', {
      offset: source.size,
      found: `${source.size} bytes`,
      expected: `${data + end}`,
    });
  }
  return { tensors: entries, metadata };
}

/** The length that a file's first 8 bytes state, or undefined where it has fewer. */
export function headerLength(source: ByteSource): number | undefined {
  if (source.size < LENGTH) return undefined;
  const bytes = new Uint8Array(LENGTH);
  source.readSync(bytes, 0);
  return Number(new DataView(bytes.buffer).getBigUint64(0, true));
}
