import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadEntry } from '../../nodes/_image-list.ts';
import { sampleFace } from '../../runtime/faces/face.ts';
import { makeSet } from '../../runtime/faces/make-set.ts';
import { renderFace } from '../../runtime/faces/render.ts';
import { recordOf } from '../../runtime/faces/write-face.ts';

const base = mkdtempSync(join(tmpdir(), 'gan2shape-faces-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const settings = { seed: 9, size: 24 };
const make = (name: string, more: Partial<Parameters<typeof makeSet>[0]> = {}) =>
  makeSet({ folder: join(base, name), count: 6, threads: 1, ...settings, ...more });

/** One hash over names and contents of all files. */
function hashOf(folder: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const file = join(folder, name);
    if (statSync(file).isFile()) hash.update(name).update(readFileSync(file));
  }
  return hash.digest('hex');
}

describe('makeSet', () => {
  it('writes the same bytes with one thread and with two', async () => {
    expect(await make('one')).toEqual({ count: 6, made: 6, kept: 0 });
    await make('two', { threads: 2 });
    expect(hashOf(join(base, 'one'))).toBe(hashOf(join(base, 'two')));
  }, 60_000);

  it('is read by sources of images, with the exact depth', async () => {
    const folder = join(base, 'one');
    const list = { images: 'image', list: 'list.txt', latents: '', latent: 1, depths: 'depth', views: '' };
    const range = { size: 24, crop: 0, minDepth: 0.9, maxDepth: 1.1 };
    const entry = await loadEntry({ ...list, ...range }, '000004.png', (path) => join(folder, path));
    const face = sampleFace(9, 4);
    const { image, depth } = renderFace(face, 24);
    depth.forEach((d, pixel) => {
      expect(Math.abs((entry.depth.data[pixel] as number) - d)).toBeLessThan(0.2 / 65535);
    });
    image.forEach((value, i) => {
      expect(entry.image.data[i]).toBeCloseTo((value / 255) * 2 - 1, 6);
    });
    const written = JSON.parse(readFileSync(join(folder, 'parameters/000004.json'), 'utf8'));
    expect(written).toEqual(JSON.parse(JSON.stringify(recordOf(face))));
    expect(readFileSync(join(folder, 'list.txt'), 'utf8').split('\n')).toEqual([
      ...Array.from({ length: 6 }, (_, i) => `00000${i}.png`),
      '',
    ]);
  });

  it('goes on where it was, and may become longer', async () => {
    const abort = new AbortController();
    abort.abort();
    expect(await make('three', { signal: abort.signal })).toEqual({ count: 6, made: 0, kept: 0 });
    await make('three', { count: 3 });
    expect(await make('three')).toEqual({ count: 6, made: 3, kept: 3 });
    expect(hashOf(join(base, 'three'))).toBe(hashOf(join(base, 'one')));
  }, 60_000);

  it('refuses a folder of something else, and a set of other settings', async () => {
    mkdirSync(join(base, 'other'));
    writeFileSync(join(base, 'other/notes.txt'), 'mine');
    await expect(make('other')).rejects.toMatchObject({ code: 'folder-in-use' });
    await expect(make('one', { seed: 10 })).rejects.toMatchObject({
      code: 'folder-in-use',
      message: expect.stringContaining('have seed 9, not 10'),
    });
    writeFileSync(join(base, 'other/synface.json'), '{');
    await expect(make('other')).rejects.toMatchObject({ code: 'folder-in-use' });
    await expect(make('other/notes.txt')).rejects.toMatchObject({ code: 'bad-option' });
  });

  it.each([
    [{ count: 0 }, '--count is 0'],
    [{ count: 2.5 }, '--count is 2.5'],
    [{ size: 8 }, '--size is 8'],
    [{ size: 4096 }, '--size is 4096'],
    [{ seed: -1 }, '--seed is -1'],
  ])('refuses %j', async (wrong, message) => {
    await expect(make('never', wrong)).rejects.toMatchObject({
      code: 'bad-option',
      message: expect.stringContaining(message),
    });
  });
});
