import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { CheckpointError } from '../formats/errors.ts';
import { openFileSource } from '../formats/source.ts';
import { openArchive } from '../formats/zip/archive.ts';
import { DownloadError, ofDisk } from './errors.ts';
import { readTar } from './tar.ts';

export interface ExtractOptions {
  /** Where its names begin. */
  readonly root: string;
  /** The folders in it that the archive may write into; what it has elsewhere is left out. */
  readonly folders: readonly string[];
  /** The most entries. Default 500,000. */
  readonly mostEntries?: number;
  /** The most bytes of all files. Default 64 GB. */
  readonly mostBytes?: number;
  /** How many times as large as the archive its content may be, above 100 MB. Default 50. */
  readonly largestRatio?: number;
}

/** What an archive came to. */
export interface Extracted {
  readonly files: number;
  readonly bytes: number;
  /** Names that lie in no folder it may write into. */
  readonly leftOut: readonly string[];
}

/** One file or folder of an archive of any format. */
interface Entry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly bytes: number;
  readonly content: AsyncIterable<Uint8Array>;
}

const ALWAYS_ALLOWED = 100_000_000;

/**
 * Extracts an archive: a tar (also compressed by gzip, also in several pieces), or a zip. Everything goes into a
 * folder beside its place first and is moved there when all of it was found good: a name that leads elsewhere, a
 * link, a name twice, or content beyond the limits, and nothing of the archive is left.
 *
 * @throws DownloadError `hostile-archive`, `too-large`, `bad-archive`, `disk-full`, `not-writable`
 */
export async function extractArchive(pieces: readonly string[], options: ExtractOptions): Promise<Extracted> {
  const { root } = options;
  const [first = ''] = pieces;
  const start = Buffer.alloc(4);
  let packed = 0;
  for (const piece of pieces) {
    const file = await open(piece, 'r');
    if (piece === first) await file.read(start, 0, 4, 0);
    packed += (await file.stat()).size;
    await file.close();
  }
  await mkdir(root, { recursive: true });
  const temporary = await mkdtemp(join(root, '.extract-'));
  try {
    const zip = start.toString('latin1', 0, 2) === 'PK';
    const entries = zip ? zipEntries(first) : tarEntries(pieces, start[0] === 0x1f && start[1] === 0x8b);
    const { names, bytes, leftOut } = await unpack(entries, temporary, { ...options, packed });
    for (const name of names) {
      await mkdir(dirname(join(root, name)), { recursive: true });
      await rename(join(temporary, name), join(root, name));
    }
    return { files: names.length, bytes, leftOut };
  } catch (cause) {
    if (cause instanceof CheckpointError) {
      const hostile = ['zip-name', 'zip-duplicate', 'zip-overlap', 'zip-bomb'].includes(cause.code);
      throw new DownloadError(hostile ? 'hostile-archive' : 'bad-archive', cause.problem, { cause });
    }
    throw ofDisk(cause, root);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function unpack(
  entries: AsyncIterable<Entry>,
  temporary: string,
  {
    folders,
    packed,
    mostEntries = 500_000,
    mostBytes = 64e9,
    largestRatio = 50,
  }: ExtractOptions & { readonly packed: number },
): Promise<{ readonly names: string[]; readonly bytes: number; readonly leftOut: string[] }> {
  const limit = Math.min(mostBytes, Math.max(ALWAYS_ALLOWED, packed * largestRatio));
  const names = new Set<string>();
  const leftOut: string[] = [];
  let bytes = 0;
  let count = 0;
  for await (const entry of entries) {
    if (++count > mostEntries)
      throw new DownloadError('too-large', `The archive has more than ${mostEntries} entries`);
    const parts = safeParts(entry.name);
    if (entry.kind === 'link' || entry.kind === 'other') {
      throw new DownloadError(
        'hostile-archive',
        `The archive holds ${shown(entry.name)}, which is no file or folder`,
      );
    }
    if (entry.kind === 'folder' || parts.length === 0) continue;
    const name = parts.join('/');
    // A copy of a file's attributes on macOS, or something else that is not what was asked for.
    if (!folders.includes(parts[0] as string) || parts.length < 2) {
      leftOut.push(name);
      continue;
    }
    if (names.has(name)) throw new DownloadError('hostile-archive', `The archive holds ${shown(name)} twice`);
    names.add(name);
    bytes += entry.bytes;
    if (bytes > limit) throw new DownloadError('too-large', `The archive holds more than ${limit} bytes`);
    await writeEntry(join(temporary, name), entry);
  }
  return { names: [...names], bytes, leftOut };
}

async function writeEntry(path: string, { content, bytes }: Entry): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'wx');
  try {
    let written = 0;
    for await (const chunk of content) {
      written += chunk.length;
      if (written > bytes)
        throw new DownloadError('hostile-archive', 'A file of the archive is larger than stated');
      await file.writeFile(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The parts of a name that stays in its folder. @throws DownloadError `hostile-archive` */
function safeParts(name: string): string[] {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  const escapes = name.startsWith('/') || /^[A-Za-z]:/.test(name) || parts.includes('..');
  if (escapes || /[\\\p{Cc}]/u.test(name) || name.length > 4096) {
    throw new DownloadError(
      'hostile-archive',
      `The archive holds a file that would lie elsewhere: ${shown(name)}`,
    );
  }
  return parts;
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}

async function* tarEntries(pieces: readonly string[], gzip: boolean): AsyncGenerator<Entry> {
  const joined = Readable.from(concatenated(pieces), { objectMode: false });
  const out = gzip ? createGunzip() : new PassThrough();
  const pumped = pipeline(joined, out).catch((cause) => {
    // The reader below meets it too; where it stops early, there is nothing to say.
    out.destroy(cause as Error);
  });
  try {
    yield* readTar(out as AsyncIterable<Uint8Array>);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (!code.startsWith('Z_')) throw cause;
    throw new DownloadError('bad-archive', `The archive is damaged: ${(cause as Error).message}`, { cause });
  } finally {
    out.destroy();
    await pumped;
  }
}

async function* concatenated(pieces: readonly string[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) yield* createReadStream(piece) as AsyncIterable<Buffer>;
}

async function* zipEntries(path: string): AsyncGenerator<Entry> {
  const source = openFileSource(path);
  try {
    for (const [name, entry] of openArchive(source)) {
      async function* content(): AsyncGenerator<Uint8Array> {
        yield entry.readSync();
      }
      yield { name, kind: name.endsWith('/') ? 'folder' : 'file', bytes: entry.bytes, content: content() };
    }
  } finally {
    source.close();
  }
}
