import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { writeFileAtomic } from '../formats/atomic.ts';
import { makeFolder } from '../formats/make-folder.ts';
import type { RemoteFile } from './catalogue.ts';
import { DownloadError, ofDisk } from './errors.ts';

/** How far a download is. */
export interface Progress {
  readonly file: string;
  /** Bytes so far, those of earlier attempts included. */
  readonly done: number;
  /** Bytes in all; undefined where the server does not say. */
  readonly total: number | undefined;
}

export interface FetchOptions {
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
  /** Attempts at a connection that breaks off. Default 4. */
  readonly attempts?: number;
  /** Milliseconds without a byte after which a connection counts as broken. Default 60,000. */
  readonly stalledAfter?: number;
  /** Milliseconds before the second attempt; doubled for each further one. Default 1000. */
  readonly pause?: number;
  /** Opens the file that is written to; for tests of full disks. */
  readonly openFile?: (path: string, flags: string) => Promise<FileHandle>;
}

/** What a file came to. */
export interface Fetched {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Whether the checksum was compared with a known one. */
  readonly verified: boolean;
}

/**
 * Downloads a file to `path`: into `path.part`, which a later call goes on with where the server allows it (HTTP
 * ranges; the file must not have changed there), flushed, compared with what is known of it, renamed.
 *
 * @throws DownloadError
 */
export async function fetchFile(
  remote: RemoteFile,
  path: string,
  options: FetchOptions = {},
): Promise<Fetched> {
  const { attempts = 4, pause = 1000, signal } = options;
  try {
    makeFolder(dirname(path));
  } catch (cause) {
    throw ofDisk(cause, dirname(path));
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return await fetchOnce(remote, path, options);
    } catch (cause) {
      const passing = cause instanceof DownloadError && ['interrupted', 'server-error'].includes(cause.code);
      if (!passing || attempt >= attempts || signal?.aborted) throw cause;
      await new Promise((resolve) => setTimeout(resolve, pause * 2 ** (attempt - 1)));
    }
  }
}

async function fetchOnce(remote: RemoteFile, path: string, options: FetchOptions): Promise<Fetched> {
  const part = `${path}.part`;
  const have = await partOf(part, remote.url);
  const stalled = new AbortController();
  const signal = AbortSignal.any([stalled.signal, ...(options.signal ? [options.signal] : [])]);
  const response = await request(remote.url, have, signal);
  const resumed = response.status === 206 && goesOn(response, have);
  if (response.status === 206 && !resumed) {
    await discard(part, response);
    const message = `${remote.url}: the server went on at another place, or with another version of the file`;
    throw new DownloadError('interrupted', message);
  }
  const start = resumed ? have.bytes : 0;
  const length = response.headers.get('content-length');
  const encoded = response.headers.has('content-encoding');
  const total = length === null || encoded ? remote.bytes : start + Number(length);
  if (!resumed) await startPart(part, remote.url, response);
  const hash = createHash('sha256');
  if (resumed) await hashFile(part, hash);
  const bytes = await receive(response, { part, start, hash, total, path, stalled, options });
  if (total !== undefined && bytes < total) {
    throw new DownloadError('interrupted', `${remote.url} ended after ${bytes} of ${total} bytes`);
  }
  const sha256 = hash.digest('hex');
  await expectRight(remote, part, { bytes, sha256 });
  await rename(part, path).catch((cause) => {
    throw ofDisk(cause, path);
  });
  await rm(`${part}.json`, { force: true });
  return { path, bytes, sha256, verified: remote.sha256 !== undefined };
}

interface Part {
  readonly bytes: number;
  /** What tells this version of the file from others: an ETag, or the time of its last change. */
  readonly version: string | undefined;
}

/** What there is of an earlier attempt at the same file. */
async function partOf(part: string, url: string): Promise<Part> {
  try {
    const { size } = await stat(part);
    const known = JSON.parse(await readFile(`${part}.json`, 'utf8')) as { url?: unknown; version?: unknown };
    if (known.url === url && typeof known.version === 'string')
      return { bytes: size, version: known.version };
  } catch {
    // nothing that can be gone on with
  }
  return { bytes: 0, version: undefined };
}

/** Removes what there is of another version before it says which one comes: a stop in between must not mix them. */
async function startPart(part: string, url: string, response: Response): Promise<void> {
  try {
    await rm(part, { force: true });
    const record = JSON.stringify({ url, version: versionOf(response) });
    await writeFileAtomic(`${part}.json`, [Buffer.from(record)]);
  } catch (cause) {
    throw ofDisk(cause, part);
  }
}

function versionOf({ headers }: Response): string | undefined {
  const etag = headers.get('etag');
  // A weak ETag does not promise the same bytes.
  return etag && !etag.startsWith('W/') ? etag : (headers.get('last-modified') ?? undefined);
}

async function request(url: string, have: Part, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (have.bytes > 0 && have.version !== undefined) {
    headers.range = `bytes=${have.bytes}-`;
    headers['if-range'] = have.version;
  }
  const response = await fetch(url, { headers, signal }).catch((cause) => {
    if (signal.aborted) throw new DownloadError('interrupted', `${url} was interrupted`, { cause });
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : `${cause}`;
    throw new DownloadError('no-network', `${url} cannot be reached: ${reason}`, { cause });
  });
  const { status } = response;
  if (status === 416 && headers.range !== undefined) {
    // The part is as long as the file, or longer: without a range the server gives all of it.
    await response.body?.cancel();
    return request(url, { bytes: 0, version: undefined }, signal);
  }
  if (status === 200 || status === 206) {
    if (!/^text\/html/i.test(response.headers.get('content-type') ?? '')) return response;
    await response.body?.cancel();
    throw new DownloadError('web-page', `${url} gives a web page instead of the file`);
  }
  await response.body?.cancel();
  const missing = status === 404 || status === 410 || status === 403 || status === 401;
  throw new DownloadError(missing ? 'not-on-server' : 'server-error', `${url}: the server answers ${status}`);
}

/** Whether an answer begins where the part ends; not every server heeds for which version a range was asked. */
function goesOn(response: Response, have: Part): boolean {
  const match = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '');
  const version = versionOf(response);
  return Number(match?.[1]) === have.bytes && (version === undefined || version === have.version);
}

async function discard(part: string, response: Response): Promise<void> {
  await response.body?.cancel();
  await rm(part, { force: true });
  await rm(`${part}.json`, { force: true });
}

/** Writes what comes, and flushes it however it ends. */
async function receive(
  response: Response,
  {
    part,
    start,
    hash,
    total,
    path,
    stalled,
    options: { onProgress, stalledAfter = 60_000, openFile = open, signal },
  }: {
    readonly part: string;
    readonly start: number;
    readonly hash: Hash;
    readonly total: number | undefined;
    readonly path: string;
    readonly stalled: AbortController;
    readonly options: FetchOptions;
  },
): Promise<number> {
  const file = await openFile(part, start > 0 ? 'a' : 'w').catch((cause) => {
    throw ofDisk(cause, path);
  });
  let done = start;
  const watch = () => setTimeout(() => stalled.abort(), stalledAfter);
  let timer = watch();
  try {
    const body = (response.body ?? []) as AsyncIterable<Uint8Array>;
    for await (const chunk of body) {
      clearTimeout(timer);
      await write(file, chunk, path);
      hash.update(chunk);
      done += chunk.length;
      onProgress?.({ file: basename(path), done, total });
      timer = watch();
    }
  } catch (cause) {
    if (cause instanceof DownloadError) throw cause;
    const why = stalled.signal.aborted && !signal?.aborted ? 'nothing came any more' : 'it broke off';
    throw new DownloadError('interrupted', `${response.url || path}: ${why}`, { cause });
  } finally {
    clearTimeout(timer);
    await file.sync().catch(() => undefined);
    await file.close();
  }
  return done;
}

async function write(file: FileHandle, chunk: Uint8Array, path: string): Promise<void> {
  for (let at = 0; at < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, at, chunk.length - at).catch((cause) => {
      throw ofDisk(cause, path);
    });
    at += bytesWritten;
  }
}

/** Compares a whole file with what is known of it, and removes one that is another. */
async function expectRight(
  { url, bytes: size, sha256: known }: RemoteFile,
  part: string,
  found: { readonly bytes: number; readonly sha256: string },
): Promise<void> {
  const wrongSize = size !== undefined && size !== found.bytes;
  const wrongSum = known !== undefined && !found.sha256.startsWith(known.toLowerCase());
  if (!wrongSize && !wrongSum) return;
  await rm(part, { force: true });
  await rm(`${part}.json`, { force: true });
  if (wrongSum) {
    throw new DownloadError('wrong-checksum', `${url} has the SHA-256 ${found.sha256}, not ${known}`);
  }
  throw new DownloadError('wrong-size', `${url} has ${found.bytes} bytes, not ${size}`);
}

async function hashFile(path: string, hash: Hash): Promise<void> {
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
}
