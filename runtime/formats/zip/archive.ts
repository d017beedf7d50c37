import { inflateRawSync } from 'node:zlib';
import { crc32 } from '../crc32.ts';
import { type CheckpointError, type CheckpointErrorCode, quote } from '../errors.ts';
import type { Extent } from '../extent.ts';
import { type ByteSource, sourceError } from '../source.ts';
import { type DirectoryEntry, readDirectory } from './directory.ts';

/**
 * Deflated entries above a megabyte may be this many times as large as their compressed bytes. The format could
 * reach 1032; weights reach about 1.1, pickles about 20.
 */
const LARGEST_RATIO = 200;
const ALWAYS_ALLOWED = 1 << 20;
const LOCAL_HEADER = 30;

export interface ArchiveOptions {
  /** Whether checksums are compared (default). torch.save can be told not to compute them. */
  readonly checksums?: 'verify' | 'ignore' | undefined;
}

/** An entry whose bytes can be read. Reading all of them compares their checksum. */
export interface ArchiveEntry extends Extent {
  readonly name: string;
  readSync(): Uint8Array<ArrayBuffer>;
}

/**
 * Opens a zip archive: entries stored or deflated, zip64 or not. Nothing is extracted to disk. Names are unique and
 * stay inside their folder, entries do not overlap, and no size is larger than the file justifies.
 *
 * Errors: zip-structure, zip-name, zip-duplicate, zip-overlap, zip-encrypted, zip-method, zip-bomb, truncated.
 */
export function openArchive(
  source: ByteSource,
  options: ArchiveOptions = {},
): ReadonlyMap<string, ArchiveEntry> {
  const directory = readDirectory(source);
  const inOrder = [...directory.entries].sort((a, b) => a.headerOffset - b.headerOffset);
  const archive = new Map<string, ArchiveEntry>();
  let end = 0;
  for (const entry of inOrder) {
    checkEntry(source, entry);
    if (archive.has(entry.name)) throw entryError(source, 'zip-duplicate', entry, 'appears twice');
    if (entry.headerOffset < end)
      throw entryError(source, 'zip-overlap', entry, 'overlaps the entry before it');
    if (entry.headerOffset + LOCAL_HEADER + entry.compressedBytes > directory.offset) {
      throw entryError(source, 'zip-structure', entry, 'reaches into the directory');
    }
    const offset = dataOffset(source, entry);
    end = offset + entry.compressedBytes;
    if (end > directory.offset)
      throw entryError(source, 'zip-structure', entry, 'reaches into the directory');
    archive.set(entry.name, readable(source, entry, offset, options));
  }
  return archive;
}

function entryError(
  source: ByteSource,
  code: CheckpointErrorCode,
  { name, recordOffset }: DirectoryEntry,
  problem: string,
  offset = recordOffset,
): CheckpointError {
  return sourceError(source, code, `the entry ${quote(name)} ${problem}`, { offset });
}

function checkEntry(source: ByteSource, entry: DirectoryEntry): void {
  const { flags, method, bytes, compressedBytes } = entry;
  // Bits 0, 6 and 13: encrypted, strongly encrypted, directory encrypted.
  if (flags & 0x2041) throw entryError(source, 'zip-encrypted', entry, 'is encrypted');
  if (method !== 0 && method !== 8) {
    throw entryError(source, 'zip-method', entry, `is compressed by method ${method}`);
  }
  if (method === 0 && bytes !== compressedBytes) {
    throw entryError(
      source,
      'zip-structure',
      entry,
      `is stored, but has sizes ${compressedBytes} and ${bytes}`,
    );
  }
  if (method === 8 && bytes > Math.max(compressedBytes * LARGEST_RATIO, ALWAYS_ALLOWED)) {
    const problem = `claims that its ${compressedBytes} bytes become ${bytes}`;
    throw entryError(source, 'zip-bomb', entry, problem);
  }
}

/** Where an entry's bytes begin. Its local header has to tell the same story as the directory. */
function dataOffset(source: ByteSource, entry: DirectoryEntry): number {
  const { headerOffset, name } = entry;
  const nameBytes = Buffer.from(name);
  const header = new Uint8Array(LOCAL_HEADER + nameBytes.length);
  source.readSync(header, headerOffset);
  const view = new DataView(header.buffer);
  const broken = (problem: string) => entryError(source, 'zip-structure', entry, problem, headerOffset);
  if (view.getUint32(0, true) !== 0x04034b50) throw broken('has no header where the directory says');
  const sameName =
    view.getUint16(26, true) === nameBytes.length && nameBytes.equals(header.subarray(LOCAL_HEADER));
  // Bit 3: sizes and checksum follow the data, and the header may have zeros for them.
  const described = (view.getUint16(6, true) & 8) !== 0;
  const agrees = (at: number, expected: number) => {
    const value = view.getUint32(at, true);
    return value === expected || value === 0xffffffff || (described && value === 0);
  };
  if (
    !sameName ||
    (view.getUint16(6, true) & 0x2041) !== 0 ||
    view.getUint16(8, true) !== entry.method ||
    !agrees(18, entry.compressedBytes) ||
    !agrees(22, entry.bytes)
  ) {
    throw broken('has a header that contradicts the directory');
  }
  return headerOffset + LOCAL_HEADER + nameBytes.length + view.getUint16(28, true);
}

function readable(
  source: ByteSource,
  entry: DirectoryEntry,
  offset: number,
  { checksums = 'verify' }: ArchiveOptions,
): ArchiveEntry {
  const { name, bytes, compressedBytes, method, crc } = entry;
  // Views of one storage are often read one after the other: the last inflation is kept while memory is not short.
  let inflated: WeakRef<Uint8Array<ArrayBuffer>> | undefined;
  const checked = <T extends Uint8Array>(data: T): T => {
    if (checksums === 'verify' && crc32(data) !== crc) {
      throw entryError(source, 'zip-checksum', entry, 'does not match its checksum', offset);
    }
    return data;
  };
  const inflate = (compressed: Uint8Array): Uint8Array<ArrayBuffer> => {
    let data: Buffer;
    try {
      data = inflateRawSync(compressed, { maxOutputLength: Math.max(bytes, 1) });
    } catch {
      throw entryError(source, 'zip-structure', entry, `cannot be inflated to ${bytes} bytes`, offset);
    }
    if (data.length !== bytes) {
      throw entryError(
        source,
        'zip-structure',
        entry,
        `inflates to ${data.length} bytes, not ${bytes}`,
        offset,
      );
    }
    const copy = new Uint8Array(checked(data));
    inflated = new WeakRef(copy);
    return copy;
  };
  return {
    name,
    bytes,
    offset,
    readSync() {
      const data = new Uint8Array(compressedBytes);
      source.readSync(data, offset);
      return method === 0 ? checked(data) : inflate(data);
    },
    async read(target, from) {
      if (method === 0) {
        await source.read(target, offset + from);
        if (target.length === bytes) checked(target);
        return;
      }
      let data = inflated?.deref();
      if (!data) {
        const compressed = new Uint8Array(compressedBytes);
        await source.read(compressed, offset);
        data = inflate(compressed);
      }
      target.set(data.subarray(from, from + target.length));
    },
  };
}
