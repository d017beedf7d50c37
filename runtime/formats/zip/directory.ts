import { quote } from '../errors.ts';
import { type ByteSource, sourceError } from '../source.ts';

/** An entry as the central directory of an archive describes it; sizes and positions in bytes. */
export interface DirectoryEntry {
  readonly name: string;
  readonly flags: number;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly crc: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  /** Position of the local header. */
  readonly headerOffset: number;
  /** Position of the entry's record in the directory, for errors. */
  readonly recordOffset: number;
}

export interface Directory {
  readonly entries: readonly DirectoryEntry[];
  /** Position of the directory: entries lie before it. */
  readonly offset: number;
}

interface End {
  readonly count: number;
  readonly bytes: number;
  readonly offset: number;
  /** Where the records that end the archive begin. */
  readonly position: number;
}

/** Records are this long before their texts: end of directory, its zip64 form, locator of that, directory entry. */
const END = 22;
const END_64 = 56;
const LOCATOR_64 = 20;
const RECORD = 46;

/** Reads where an archive's entries are, and that each claim agrees with the others (APPNOTE.TXT 6.3.10, 4.3). */
export function readDirectory(source: ByteSource): Directory {
  const end = findEnd(source);
  const broken = (problem: string, offset: number) =>
    sourceError(source, 'zip-structure', problem, { offset });
  if (end.offset + end.bytes !== end.position) {
    throw broken('the directory of the archive does not end where its end is recorded', end.position);
  }
  if (end.count * RECORD > end.bytes) {
    throw broken(`${end.count} entries do not fit into a directory of ${end.bytes} bytes`, end.position);
  }
  const bytes = new Uint8Array(end.bytes);
  source.readSync(bytes, end.offset);
  const view = new DataView(bytes.buffer);
  const entries: DirectoryEntry[] = [];
  let at = 0;
  for (let i = 0; i < end.count; i++) {
    const recordOffset = end.offset + at;
    if (at + RECORD > bytes.length || view.getUint32(at, true) !== 0x02014b50) {
      throw broken(`entry ${i} of ${end.count} is missing from the directory`, recordOffset);
    }
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const next = at + RECORD + nameBytes + extraBytes + view.getUint16(at + 32, true);
    if (next > bytes.length) throw broken(`entry ${i} reaches beyond the directory`, recordOffset);
    const name = entryName(source, bytes.subarray(at + RECORD, at + RECORD + nameBytes), recordOffset);
    const extra = bytes.subarray(at + RECORD + nameBytes, at + RECORD + nameBytes + extraBytes);
    const claimed = {
      bytes: view.getUint32(at + 24, true),
      compressedBytes: view.getUint32(at + 20, true),
      headerOffset: view.getUint32(at + 42, true),
    };
    const sizes = withZip64(claimed, extra);
    if (!sizes) throw broken(`the zip64 sizes of ${quote(name)} are missing or too large`, recordOffset);
    entries.push({
      name,
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      ...sizes,
      recordOffset,
    });
    at = next;
  }
  if (at !== bytes.length) throw broken('the directory holds more than its entries', end.offset + at);
  return { entries, offset: end.offset };
}

function findEnd(source: ByteSource): End {
  const tailBytes = Math.min(source.size, END + 0xffff + END_64 + LOCATOR_64);
  const tail = new Uint8Array(tailBytes);
  const start = source.size - tailBytes;
  source.readSync(tail, start);
  const view = new DataView(tail.buffer);
  for (let at = tailBytes - END; at >= 0; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue;
    if (at + END + view.getUint16(at + 20, true) !== tailBytes) continue;
    const broken = (problem: string) => sourceError(source, 'zip-structure', problem, { offset: start + at });
    const locator = at - LOCATOR_64;
    if (locator >= 0 && view.getUint32(locator, true) === 0x07064b50) {
      const end64 = Number(view.getBigUint64(locator + 8, true)) - start;
      if (end64 !== locator - END_64 || end64 < 0 || view.getUint32(end64, true) !== 0x06064b50) {
        throw broken('the zip64 end of the directory is not where it is said to be');
      }
      return {
        count: Number(view.getBigUint64(end64 + 32, true)),
        bytes: Number(view.getBigUint64(end64 + 40, true)),
        offset: Number(view.getBigUint64(end64 + 48, true)),
        position: start + end64,
      };
    }
    if (view.getUint16(at + 4, true) !== 0 || view.getUint16(at + 6, true) !== 0) {
      throw broken('the archive is one part of several');
    }
    return {
      count: view.getUint16(at + 10, true),
      bytes: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
      position: start + at,
    };
  }
  throw sourceError(source, 'truncated', 'it begins like a zip archive, but the end of one is missing', {
    offset: source.size,
  });
}

/** Replaces sizes of 0xffffffff by those of the zip64 extra field, which holds them in this order. */
function withZip64<T extends { bytes: number; compressedBytes: number; headerOffset: number }>(
  claimed: T,
  extra: Uint8Array,
): T | undefined {
  const wide = (['bytes', 'compressedBytes', 'headerOffset'] as const).filter(
    (key) => claimed[key] === 0xffffffff,
  );
  if (wide.length === 0) return claimed;
  const view = new DataView(extra.buffer, extra.byteOffset, extra.length);
  for (let at = 0; at + 4 <= extra.length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    const length = view.getUint16(at + 2, true);
    if (length < wide.length * 8 || at + 4 + length > extra.length) return undefined;
    const sizes = { ...claimed };
    for (const [i, key] of wide.entries()) sizes[key] = Number(view.getBigUint64(at + 4 + i * 8, true));
    return wide.every((key) => Number.isSafeInteger(sizes[key])) ? sizes : undefined;
  }
  return undefined;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A name that stays inside whatever folder it might be joined to. Nothing is ever extracted; this shows intent. */
function entryName(source: ByteSource, bytes: Uint8Array, offset: number): string {
  let name: string;
  try {
    name = utf8.decode(bytes);
  } catch {
    throw sourceError(source, 'zip-name', 'the name of an entry is not UTF-8', { offset });
  }
  const parts = name.split('/');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (parts.includes('..') || parts[0] === '' || /[\\\x00-\x1f]|^[a-z]:/i.test(name)) {
    const expected = 'a relative path without ".."';
    throw sourceError(source, 'zip-name', 'an entry has an unsafe name', {
      offset,
      found: quote(name),
      expected,
    });
  }
  return name;
}
