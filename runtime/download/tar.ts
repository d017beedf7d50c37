import { DownloadError } from './errors.ts';

/** What a tar archive holds, entry by entry. */
export interface TarEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly bytes: number;
  /** The content, which is passed over where it is not read. */
  readonly content: AsyncIterable<Uint8Array>;
}

const BLOCK = 512;
/** Headers that give the next entry a longer name, and how long these may be. */
const LONGEST_HEADER = 1 << 20;
const KINDS: Readonly<Record<string, TarEntry['kind']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '5': 'folder',
  '1': 'link',
  '2': 'link',
};

/** Reads a stream in pieces of asked sizes. */
class Pieces {
  private rest: Uint8Array = new Uint8Array(0);
  private readonly source: AsyncIterator<Uint8Array>;

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.source = stream[Symbol.asyncIterator]();
  }

  /** The next bytes, at most `limit`; none at the end. */
  async some(limit: number): Promise<Uint8Array> {
    while (this.rest.length === 0) {
      const { done, value } = await this.source.next();
      if (done) return this.rest;
      this.rest = value;
    }
    const piece = this.rest.subarray(0, limit);
    this.rest = this.rest.subarray(piece.length);
    return piece;
  }

  /** Exactly so many bytes. */
  async exactly(length: number): Promise<Buffer> {
    const all = Buffer.alloc(length);
    for (let at = 0; at < length; ) {
      const piece = await this.some(length - at);
      if (piece.length === 0) throw new DownloadError('bad-archive', 'The archive ends too early');
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }
}

/**
 * Reads a tar stream (POSIX ustar, pax and GNU long names) without trusting it. Names are as they stand there.
 * @throws DownloadError `bad-archive`
 */
export async function* readTar(stream: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const pieces = new Pieces(stream);
  let longName: string | undefined;
  let longSize: number | undefined;
  for (;;) {
    const header = await pieces.exactly(BLOCK);
    if (header.every((byte) => byte === 0)) return;
    expectChecksum(header);
    const type = header.toString('latin1', 156, 157);
    const stated = numberIn(header.subarray(124, 136));
    if (type === 'x' || type === 'L' || type === 'g' || type === 'K') {
      if (stated > LONGEST_HEADER)
        throw new DownloadError('bad-archive', 'A header of the archive is too long');
      const text = (await pieces.exactly(padded(stated))).subarray(0, stated);
      if (type === 'L') longName = text.toString('utf8').replace(/\0.*$/s, '');
      if (type === 'x') {
        const records = paxRecords(text);
        longName = records.get('path') ?? longName;
        const size = records.get('size');
        if (size !== undefined) longSize = wholeNumber(size);
      }
      continue;
    }
    const bytes = longSize ?? stated;
    let left = bytes;
    async function* content(): AsyncGenerator<Uint8Array> {
      while (left > 0) {
        const piece = await pieces.some(left);
        if (piece.length === 0) throw new DownloadError('bad-archive', 'The archive ends within a file');
        left -= piece.length;
        yield piece;
      }
    }
    yield { name: longName ?? nameIn(header), kind: KINDS[type] ?? 'other', bytes, content: content() };
    for await (const _ of content()) {
      // what was not read is passed over
    }
    await pieces.exactly(padded(bytes) - bytes);
    longName = undefined;
    longSize = undefined;
  }
}

function padded(bytes: number): number {
  return Math.ceil(bytes / BLOCK) * BLOCK;
}

function expectChecksum(header: Buffer): void {
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  if (sum !== numberIn(header.subarray(148, 156)))
    throw new DownloadError('bad-archive', 'It is no tar archive, or a damaged one');
}

/** A number in octal digits or, above 8 GB, in binary (GNU). */
function numberIn(field: Buffer): number {
  if (((field[0] as number) & 0x80) !== 0) {
    const value = field.subarray(1).reduce((total, byte) => total * 256 + byte, (field[0] as number) & 0x7f);
    return wholeNumber(String(value));
  }
  const text = field
    .toString('latin1')
    .replaceAll(/[\0 ]+/g, ' ')
    .trim();
  if (!/^[0-7]*$/.test(text)) throw new DownloadError('bad-archive', 'A number of the archive is none');
  return Number.parseInt(text || '0', 8);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new DownloadError('bad-archive', 'A size in the archive is none');
  }
  return value;
}

function nameIn(header: Buffer): string {
  const field = (from: number, to: number) => header.toString('utf8', from, to).replace(/\0.*$/s, '');
  const prefix = header.toString('latin1', 257, 262) === 'ustar' ? field(345, 500) : '';
  return prefix === '' ? field(0, 100) : `${prefix}/${field(0, 100)}`;
}

/** Records of the form `LENGTH KEY=VALUE\n`. */
function paxRecords(bytes: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const length = wholeNumber(bytes.toString('latin1', at, space < 0 ? at : space));
    const record = bytes.toString('utf8', space + 1, at + length - 1);
    const equals = record.indexOf('=');
    if (length < 3 || at + length > bytes.length || equals < 0) {
      throw new DownloadError('bad-archive', 'A header of the archive is not of the right form');
    }
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}
