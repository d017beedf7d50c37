import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type FetchOptions, fetchFile, type Progress } from '../../runtime/download/fetch-file.ts';
import { localServer, serve } from './server.ts';

const server = await localServer();
const base = mkdtempSync(join(tmpdir(), 'gan2shape-fetch-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
let folder = '';
let done = 0;
const received = () => done;
beforeEach(() => {
  done = 0;
  folder = mkdtempSync(join(base, 'case-'));
});

const CONTENT = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) >> 3));
const SUM = createHash('sha256').update(CONTENT).digest('hex');
const URL = `${server.address}/file.bin`;

function fetched(remote: { bytes?: number; sha256?: string } = {}, options: FetchOptions = {}) {
  const onProgress = (progress: Progress) => {
    done = progress.done;
    options.onProgress?.(progress);
  };
  return fetchFile({ url: URL, ...remote }, join(folder, 'sub/file.bin'), {
    pause: 1,
    ...options,
    onProgress,
  });
}

const content = () => readFileSync(join(folder, 'sub/file.bin'));
const names = () => readdirSync(join(folder, 'sub')).sort();

describe('fetchFile', () => {
  it('fetches, with progress, and says what the file is', async () => {
    server.answer(serve(CONTENT));
    const progress: Progress[] = [];
    const found = await fetched(
      { bytes: CONTENT.length, sha256: SUM.slice(0, 8) },
      { onProgress: (one) => progress.push(one) },
    );
    expect(found).toEqual({
      path: join(folder, 'sub/file.bin'),
      bytes: CONTENT.length,
      sha256: SUM,
      verified: true,
    });
    expect(progress.at(-1)).toEqual({ file: 'file.bin', done: CONTENT.length, total: CONTENT.length });
    expect(content().equals(CONTENT)).toBe(true);
    expect(names()).toEqual(['file.bin']);
    expect((await fetched()).verified).toBe(false);
  });

  it('goes on where a connection broke off', async () => {
    server.answer(serve(CONTENT, { breaks: [100_000, 50_000], received }));
    const { sha256 } = await fetched();
    expect(sha256).toBe(SUM);
    expect(server.asked.map(({ range }) => range)).toEqual([undefined, 'bytes=100000-', 'bytes=150000-']);
    expect(content().equals(CONTENT)).toBe(true);
  });

  it('goes on in a later call, unless the file has changed there', async () => {
    server.answer(serve(CONTENT, { breaks: [100_000], received }));
    await expect(fetched({}, { attempts: 1 })).rejects.toMatchObject({ code: 'interrupted' });
    expect(names()).toEqual(['file.bin.part', 'file.bin.part.json']);
    const other = Buffer.from(CONTENT).fill(1, 0, 200_000);
    server.answer(serve(other, { etag: '"2"' }));
    await fetched();
    expect(server.asked).toEqual([{ url: '/file.bin', range: 'bytes=100000-' }]);
    expect(content().equals(other)).toBe(true);
  });

  it('goes on with no bytes of another version where it stopped before the first of the new one', async () => {
    server.answer(serve(CONTENT, { breaks: [100_000], received }));
    await expect(fetched({}, { attempts: 1 })).rejects.toMatchObject({ code: 'interrupted' });
    const other = Buffer.from(CONTENT).fill(1, 0, 200_000);
    server.answer(serve(other, { etag: '"2"' }));
    const openFile = () => Promise.reject(Object.assign(new Error('EMFILE'), { code: 'EMFILE' }));
    await expect(fetched({}, { openFile })).rejects.toMatchObject({ code: 'EMFILE' });
    await fetched();
    expect(server.asked.map(({ range }) => range)).toEqual(['bytes=100000-', undefined]);
    expect(content().equals(other)).toBe(true);
  });

  it('begins again where a server goes on with another version all the same', async () => {
    server.answer(serve(CONTENT, { breaks: [100_000], received }));
    await expect(fetched({}, { attempts: 1 })).rejects.toMatchObject({ code: 'interrupted' });
    const other = Buffer.from(CONTENT).fill(1, 0, 200_000);
    server.answer((request, response) => {
      // as simple servers do, which do not know If-Range
      if (request.headers.range) request.headers['if-range'] = '"2"';
      serve(other, { etag: '"2"' })(request, response);
    });
    await fetched();
    expect(server.asked.map(({ range }) => range)).toEqual(['bytes=100000-', undefined]);
    expect(content().equals(other)).toBe(true);
  });

  it('begins again where a server knows no ranges', async () => {
    server.answer(serve(CONTENT, { ranges: false, breaks: [100_000], received }));
    const { sha256 } = await fetched();
    expect([sha256, server.asked.length]).toEqual([SUM, 2]);
  });

  it('begins again where the part is longer than the file', async () => {
    server.answer(serve(CONTENT, { breaks: [200_000], received }));
    await expect(fetched({}, { attempts: 1 })).rejects.toMatchObject({ code: 'interrupted' });
    const short = CONTENT.subarray(0, 1000);
    server.answer(serve(short));
    await fetched();
    expect(content().equals(short)).toBe(true);
  });

  it('counts a connection that gives nothing any more as broken', async () => {
    server.answer((_, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('abc');
    });
    const failure = fetched({}, { attempts: 1, stalledAfter: 100 });
    await expect(failure).rejects.toMatchObject({
      code: 'interrupted',
      message: expect.stringContaining('nothing came'),
    });
  });

  it('refuses another file than the known one, and removes it', async () => {
    server.answer(serve(CONTENT));
    await expect(fetched({ sha256: '00112233' })).rejects.toMatchObject({
      code: 'wrong-checksum',
      message: expect.stringContaining(SUM),
    });
    await expect(fetched({ bytes: 5 })).rejects.toMatchObject({ code: 'wrong-size' });
    expect(names()).toEqual([]);
  });

  it('says what a server answers', async () => {
    server.answer((_, response) => response.writeHead(404).end());
    await expect(fetched()).rejects.toMatchObject({
      code: 'not-on-server',
      message: `${URL}: the server answers 404`,
    });
    expect(server.asked).toHaveLength(1);
    server.answer((_, response) => response.writeHead(503).end());
    await expect(fetched({}, { attempts: 3 })).rejects.toMatchObject({ code: 'server-error' });
    expect(server.asked).toHaveLength(3);
    server.answer((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>'),
    );
    await expect(fetched()).rejects.toMatchObject({
      code: 'web-page',
      hint: expect.stringContaining('browser'),
    });
  });

  it('asks no second time for a range that it did not ask for', async () => {
    server.answer(serve(CONTENT, { breaks: [100_000], received }));
    await expect(fetched({}, { attempts: 1 })).rejects.toMatchObject({ code: 'interrupted' });
    server.answer((_, response) => response.writeHead(416).end());
    await expect(fetched({}, { attempts: 1 })).rejects.toMatchObject({
      code: 'server-error',
      message: `${URL}: the server answers 416`,
    });
    expect(server.asked.map(({ range }) => range)).toEqual(['bytes=100000-', undefined]);
  });

  it('says that there is no network', async () => {
    const failure = fetchFile({ url: 'http://127.0.0.1:1/x' }, join(folder, 'x'), {});
    await expect(failure).rejects.toMatchObject({ code: 'no-network' });
    await expect(failure).rejects.toThrow(/127\.0\.0\.1:1\/x cannot be reached/);
  });

  it('keeps what came when the disk is full, and goes on with it', async () => {
    server.answer(serve(CONTENT));
    let room = 120_000;
    const openFile = async (path: string, flags: string): Promise<FileHandle> => {
      const file = await open(path, flags);
      const write = file.write.bind(file) as (...all: unknown[]) => Promise<{ bytesWritten: number }>;
      const full = async (chunk: Uint8Array, at: number, length: number) => {
        if (room === 0) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
        const fits = Math.min(room, length);
        room -= fits;
        return write(chunk, at, fits);
      };
      return Object.assign(file, { write: full }) as unknown as FileHandle;
    };
    await expect(fetched({}, { openFile })).rejects.toMatchObject({ code: 'disk-full' });
    expect(readFileSync(join(folder, 'sub/file.bin.part'))).toHaveLength(120_000);
    expect(existsSync(join(folder, 'sub/file.bin'))).toBe(false);
    expect((await fetched({ sha256: SUM })).verified).toBe(true);
    expect(server.asked.at(-1)?.range).toBe('bytes=120000-');
  });

  it('stops when it is asked to', async () => {
    server.answer((_, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('abc');
    });
    const failure = fetched({}, { signal: AbortSignal.timeout(100) });
    await expect(failure).rejects.toMatchObject({ code: 'interrupted' });
    expect(server.asked).toHaveLength(1);
  });
});
