import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageFiles, itemNames } from '../../../nodes/source/image-files.ts';
import type { HostTensor } from '../../../runtime/node.ts';
import { sourceContext } from '../host.ts';

const folder = mkdtempSync(join(tmpdir(), 'gan2shape-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  const solid = (width: number, height: number, background: object, channels: 3 | 4 = 3) =>
    sharp({ create: { width, height, channels, background: background as never } }).png();
  await solid(12, 8, { r: 255, g: 0, b: 0 }).toFile(join(folder, 'wide.png'));
  await solid(8, 8, { r: 0, g: 0, b: 0, alpha: 0 }, 4).toFile(join(folder, 'clear.png'));
  const grey = Uint16Array.from({ length: 64 }, () => 0x8000);
  await sharp(grey, { raw: { width: 8, height: 8, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toFile(join(folder, 'deep.png'));
  // black, white, black in thirds from left to right
  const thirds = Buffer.from(
    Uint8Array.from({ length: 24 * 8 }, (_, i) => (Math.floor((i % 24) / 8) === 1 ? 255 : 0)),
  );
  await sharp(thirds, { raw: { width: 24, height: 8, channels: 1 } })
    .png()
    .toFile(join(folder, 'thirds.png'));
  writeFileSync(join(folder, 'text.png'), 'no picture');
});

function load(file: string, params: object = {}) {
  const all = { files: [file], size: 4, fit: 'crop' as const, ...params };
  return imageFiles.load({ params: all, context: sourceContext(0, { folder }) }) as Promise<{
    image: HostTensor;
  }>;
}

function list(...files: string[]) {
  return imageFiles.items?.({
    params: { files, size: 4, fit: 'crop' },
    context: sourceContext(0, { folder }),
  }) as Promise<readonly string[]>;
}

describe('source/image-files', () => {
  it('reads pictures of any shape, depth and transparency', async () => {
    const wide = await load('wide.png');
    expect(wide.image.shape).toEqual([1, 4, 4, 3]);
    expect([...wide.image.data.slice(0, 3)]).toEqual([1, -1, -1]);
    expect((await load('clear.png')).image.data.every((value) => value === 1)).toBe(true);
    for (const value of (await load('deep.png')).image.data) expect(Math.abs(value)).toBeLessThan(0.01);
  });

  it('cuts out the middle, or squeezes', async () => {
    expect((await load('thirds.png')).image.data.every((value) => value === 1)).toBe(true);
    const squeezed = (await load('thirds.png', { fit: 'stretch' })).image.data;
    expect(squeezed[0]).toBeLessThan(-0.9);
    expect(squeezed[3 * 2]).toBeGreaterThan(0);
  });

  it('names items like the files, each once', async () => {
    await expect(list('wide.png', 'clear.png')).resolves.toEqual(['wide', 'clear']);
    expect(itemNames(['a/x.png', 'b/x.jpg', 'x-2.png', '.png', 'c/x.tar.gz'])).toEqual([
      'x',
      'x-2',
      'x-2-2',
      'image',
      'x.tar',
    ]);
  });

  it('names every file that is no picture', async () => {
    await expect(list('wide.png', 'text.png', 'none.png')).rejects.toThrow(
      /2 problems:\n.*text\.png: .*\n.*none\.png: /,
    );
    await expect(list()).rejects.toThrow('"files" names no picture');
  });
});
