import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeFileAtomic } from '../formats/atomic.ts';
import type { Download } from './catalogue.ts';
import { type Extracted, extractArchive } from './extract.ts';
import { type Fetched, type FetchOptions, fetchFile } from './fetch-file.ts';

export interface DownloadOptions extends FetchOptions {
  /** The folder that paths of downloads begin in. Default: the working folder. */
  readonly root?: string;
  /** Address of a mirror: the folder that has the files, by their names. */
  readonly mirror?: string;
  /** Whether archives stay when they are extracted. */
  readonly keep?: boolean;
}

/** What was downloaded. */
export interface Downloaded {
  readonly name: string;
  readonly files: readonly Fetched[];
  /** Names of files whose checksum is another than at an earlier download. */
  readonly changed: readonly string[];
  readonly extracted?: Extracted;
}

/** Where archives lie until they are extracted, and the checksums that were found. */
const FOLDER = '.downloads';
const RECORD = 'checksums.json';

/**
 * Fetches something of the catalogue and puts it in its place. Pieces that are there already, from a call that was
 * interrupted, are not fetched again.
 *
 * @throws DownloadError
 */
export async function download(item: Download, options: DownloadOptions = {}): Promise<Downloaded> {
  const { root = '.', mirror, keep = false } = options;
  const { into } = item;
  const files: Fetched[] = [];
  for (const remote of item.files) {
    const name = basename(new URL(remote.url).pathname);
    const url = mirror === undefined ? remote.url : `${mirror.replace(/\/+$/, '')}/${name}`;
    const path = 'file' in into ? join(root, into.file) : join(root, FOLDER, item.name, name);
    const known = (await recorded(root))[remote.url];
    const there = 'file' in into ? undefined : await whole(path, known);
    files.push(there ?? (await fetchFile({ ...remote, url }, path, options)));
    await record(root, remote.url, files.at(-1) as Fetched, known);
  }
  const sums = await recorded(root);
  const changed = item.files.filter(({ url }) => sums[url]?.before !== undefined).map(({ url }) => url);
  if ('file' in into) return { name: item.name, files, changed };
  const paths = files.map(({ path }) => path);
  const extracted = await extractArchive(paths, { root, folders: into.folders });
  if (!keep) await rm(join(root, FOLDER, item.name), { recursive: true, force: true });
  return { name: item.name, files, changed, extracted };
}

/** Whether something of the catalogue is in its place. */
export async function isThere({ into, sign }: Download, root = '.'): Promise<boolean> {
  const paths = [...('file' in into ? [into.file] : into.folders), ...(sign === undefined ? [] : [sign])];
  for (const path of paths) {
    if (!(await stat(join(root, path)).catch(() => undefined))) return false;
  }
  return true;
}

/** What is remembered of a file: its checksum, and the one before where it has changed. */
interface Sum {
  readonly bytes: number;
  readonly sha256: string;
  readonly before?: string;
}

async function recorded(root: string): Promise<Record<string, Sum>> {
  const text = await readFile(join(root, FOLDER, RECORD), 'utf8').catch(() => '{}');
  try {
    return JSON.parse(text) as Record<string, Sum>;
  } catch {
    return {};
  }
}

async function record(root: string, url: string, found: Fetched, known: Sum | undefined): Promise<void> {
  const { bytes, sha256 } = found;
  const before = known && known.sha256 !== sha256 ? { before: known.sha256 } : {};
  const all = { ...(await recorded(root)), [url]: { bytes, sha256, ...before } };
  await mkdir(join(root, FOLDER), { recursive: true });
  await writeFileAtomic(join(root, FOLDER, RECORD), [Buffer.from(`${JSON.stringify(all, null, 2)}\n`)]);
}

/** A piece that an earlier call has fetched whole. */
async function whole(path: string, known: Sum | undefined): Promise<Fetched | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found || !known || found.size !== known.bytes) return undefined;
  return { path, bytes: known.bytes, sha256: known.sha256, verified: false };
}
