import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { writeFileAtomic } from '../../runtime/formats/atomic.ts';

vi.mock('node:fs/promises', { spy: true });

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atomic-'));
  path = join(folder, 'a.bin');
  writeFileSync(path, 'old');
});
afterEach(() => {
  vi.mocked(fs.open).mockReset();
  vi.mocked(fs.rename).mockReset();
  rmSync(folder, { recursive: true });
});

const text = (...parts: string[]) => parts.map((part) => Buffer.from(part));

/** What every failure leaves: the old file and nothing else. */
function expectOld(): void {
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(folder)).toEqual(['a.bin']);
}

it('writes chunks of iterables and of async iterables', async () => {
  await writeFileAtomic(path, text('ne', '', 'w'));
  expect(readFileSync(path, 'utf8')).toBe('new');
  await writeFileAtomic(
    join(folder, 'b.bin'),
    (async function* () {
      yield* text('x', 'y');
    })(),
  );
  expect(readFileSync(join(folder, 'b.bin'), 'utf8')).toBe('xy');
  expect(readdirSync(folder).sort()).toEqual(['a.bin', 'b.bin']);
});

it('takes the next chunk only when the last is written', async () => {
  const chunk = Buffer.from('a');
  await writeFileAtomic(
    path,
    (function* () {
      for (const letter of 'abc') {
        chunk.write(letter);
        yield chunk;
      }
    })(),
  );
  expect(readFileSync(path, 'utf8')).toBe('abc');
});

it('keeps the old file when the chunks fail', async () => {
  const chunks = (function* () {
    yield* text('half');
    throw new Error('no more');
  })();
  await expect(writeFileAtomic(path, chunks)).rejects.toThrow('no more');
  expectOld();
});

it.each(['write', 'sync', 'close'] as const)(
  'keeps the old file when the disk is full on %s',
  async (method) => {
    const { open } = await vi.importActual<typeof fs>('node:fs/promises');
    vi.mocked(fs.open).mockImplementation(async (...args) => {
      const handle = await open(...args);
      const real = handle[method].bind(handle) as (...given: unknown[]) => Promise<unknown>;
      let calls = 0;
      (handle as unknown as Record<string, unknown>)[method] = async (...given: unknown[]) => {
        if (method === 'close') await real();
        if (method !== 'write' || ++calls > 1)
          throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
        return real(...given);
      };
      return handle;
    });
    await expect(writeFileAtomic(path, text('one', 'two'))).rejects.toMatchObject({ code: 'ENOSPC' });
    expectOld();
  },
);

it('keeps the old file when it cannot be replaced', async () => {
  vi.mocked(fs.rename).mockRejectedValue(Object.assign(new Error('EXDEV'), { code: 'EXDEV' }));
  await expect(writeFileAtomic(path, text('new'))).rejects.toMatchObject({ code: 'EXDEV' });
  expectOld();
});

it('flushes the file before it is renamed, and the folder after', async () => {
  const { open, rename } = await vi.importActual<typeof fs>('node:fs/promises');
  const calls: string[] = [];
  vi.mocked(fs.open).mockImplementation(async (...args) => {
    const handle = await open(...args);
    const sync = handle.sync.bind(handle);
    handle.sync = async () => {
      calls.push(args[0] === folder ? 'folder' : 'file');
      await sync();
    };
    return handle;
  });
  vi.mocked(fs.rename).mockImplementation(async (...args) => {
    calls.push('rename');
    await rename(...args);
  });
  await writeFileAtomic(path, text('new'));
  expect(calls).toEqual(['file', 'rename', 'folder']);
});

it('keeps the mode, and follows a link', async () => {
  chmodSync(path, 0o640);
  const link = join(folder, 'link');
  symlinkSync(path, link);
  await writeFileAtomic(link, text('new'));
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(statSync(path).mode & 0o777).toBe(0o640);
});

it('fails where the folder is missing or the target is one', async () => {
  await expect(writeFileAtomic(join(folder, 'none', 'x'), text('x'))).rejects.toMatchObject({
    code: 'ENOENT',
  });
  mkdirSync(join(folder, 'taken'));
  await expect(writeFileAtomic(join(folder, 'taken'), text('x'))).rejects.toThrow();
  expect(readdirSync(folder).sort()).toEqual(['a.bin', 'taken']);
});
