import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { extractArchive } from '../../runtime/download/extract.ts';
import { zip } from '../hostile/build.ts';
import { pax, type TarFile, tar, tarGz } from './archives.ts';

const base = mkdtempSync(join(tmpdir(), 'gan2shape-extract-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
let root = '';
let archive = '';
beforeEach(() => {
  root = join(mkdtempSync(join(base, 'case-')), 'root');
  archive = join(root, '..', 'archive');
});

const options = (more: object = {}) => ({ root, folders: ['data'], ...more });

function extract(bytes: Uint8Array, more: object = {}) {
  writeFileSync(archive, bytes);
  return extractArchive([archive], options(more));
}

const file = (name: string, content = name): TarFile => ({ name, content });

describe('extractArchive', () => {
  it('extracts tar, also compressed, also in pieces', async () => {
    const files = [{ name: 'data/', type: '5' }, file('data/a.txt', 'A'.repeat(700)), file('./data/b/c.txt')];
    await expect(extract(tar(...files))).resolves.toEqual({ files: 2, bytes: 714, leftOut: [] });
    expect(readFileSync(join(root, 'data/a.txt'), 'utf8')).toBe('A'.repeat(700));
    rmSync(root, { recursive: true });
    const packed = tarGz(...files);
    const pieces = [packed.subarray(0, 50), packed.subarray(50, 61), packed.subarray(61)].map((piece, i) => {
      writeFileSync(`${archive}${i}`, piece);
      return `${archive}${i}`;
    });
    await extractArchive(pieces, options());
    expect(readFileSync(join(root, 'data/b/c.txt'), 'utf8')).toBe('./data/b/c.txt');
    expect(readdirSync(root)).toEqual(['data']);
  });

  it('knows long names, of pax and of GNU', async () => {
    const long = `data/${'x'.repeat(90)}/${'y'.repeat(90)}.pt`;
    const gnu = `data/${'z'.repeat(150)}.pt`;
    const files = [
      pax('path', long),
      file('short'),
      { name: '././@LongLink', type: 'L', content: `${gnu}\0` },
    ];
    await extract(tar(...files, file('short')));
    expect(existsSync(join(root, long))).toBe(true);
    expect(existsSync(join(root, gnu))).toBe(true);
  });

  it('leaves out what lies in other folders, and replaces what is there', async () => {
    await extract(tar(file('data/a.txt', 'old')));
    const found = await extract(tarGz(file('data/a.txt', 'new'), file('._data'), file('other/b.txt')));
    expect(found).toEqual({ files: 1, bytes: 3, leftOut: ['._data', 'other/b.txt'] });
    expect(readFileSync(join(root, 'data/a.txt'), 'utf8')).toBe('new');
    expect(readdirSync(root)).toEqual(['data']);
  });

  it.each<[string, TarFile]>([
    ['a way up', file('data/../../escaped.txt')],
    ['an absolute path', file('/tmp/gan2shape-escaped.txt')],
    ['a path of Windows', file('C:\\escaped.txt')],
    ['a backslash', file('data\\..\\escaped.txt')],
    ['a control character', file('data/a\nb.txt')],
    ['a symbolic link', { name: 'data/link', type: '2', link: '/etc' }],
    ['a hard link', { name: 'data/link', type: '1', link: '/etc/passwd' }],
    ['a device', { name: 'data/null', type: '3' }],
    ['a name twice', file('data/good.txt')],
  ])('refuses %s, and leaves nothing', async (_, bad) => {
    await expect(extract(tarGz(file('data/good.txt'), bad))).rejects.toMatchObject({
      code: 'hostile-archive',
    });
    expect(readdirSync(root)).toEqual([]);
    expect(readdirSync(join(root, '..')).sort()).toEqual(['archive', 'root']);
    expect(existsSync('/tmp/gan2shape-escaped.txt')).toBe(false);
  });

  it('refuses a path that pax hides', async () => {
    await expect(extract(tar(pax('path', '../escaped'), file('data/a')))).rejects.toMatchObject({
      code: 'hostile-archive',
    });
  });

  it('stops at bombs, of bytes and of entries', async () => {
    const zeros = { name: 'data/zeros', content: new Uint8Array(120e6) };
    await expect(extract(tarGz(zeros))).rejects.toMatchObject({ code: 'too-large' });
    const stated = { name: 'data/a', content: 'a', size: 8 ** 11 - 1 };
    await expect(extract(tarGz(stated))).rejects.toMatchObject({ code: 'too-large' });
    const many = Array.from({ length: 20 }, (_, i) => file(`data/${i}`));
    await expect(extract(tarGz(...many), { mostEntries: 10 })).rejects.toMatchObject({ code: 'too-large' });
    expect(readdirSync(root)).toEqual([]);
  });

  it('says that an archive is damaged', async () => {
    const whole = tarGz(file('data/a.txt', 'content'.repeat(500)));
    const damaged = Buffer.from(whole);
    damaged.writeUInt32LE(0xdeadbeef, damaged.length - 8);
    for (const bytes of [
      whole.subarray(0, 60),
      damaged,
      Buffer.from('no archive'.repeat(100)),
      Buffer.alloc(0),
    ]) {
      await expect(extract(bytes)).rejects.toMatchObject({ code: 'bad-archive' });
    }
    expect(readdirSync(root)).toEqual([]);
  });

  it('extracts zip, and refuses names that lead elsewhere', async () => {
    const member = (name: string) => ({ name, data: Buffer.from(name) });
    await extract(zip([member('data/a.txt'), member('data/b/c.txt'), member('readme')]));
    expect(readFileSync(join(root, 'data/b/c.txt'), 'utf8')).toBe('data/b/c.txt');
    rmSync(root, { recursive: true });
    for (const name of ['../escaped', '/tmp/gan2shape-escaped.txt', 'data/../../x']) {
      await expect(extract(zip([member(name)]))).rejects.toMatchObject({ code: 'hostile-archive' });
    }
    expect(readdirSync(root)).toEqual([]);
  });
});
