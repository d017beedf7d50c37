import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageFolder } from '../../../nodes/source/image-folder.ts';
import { imageStream } from '../../../nodes/source/image-stream.ts';
import { savedTensor, writeTorch } from '../../../runtime/formats/index.ts';
import { sourceContext } from '../host.ts';

const folder = mkdtempSync(join(tmpdir(), 'gan2shape-source-'));
afterAll(() => rmSync(folder, { recursive: true }));

const params = {
  images: 'image',
  list: 'list.txt',
  size: 2,
  crop: 4,
  latents: 'latents',
  latent: 3,
  depths: 'depth',
  views: 'parameters',
  minDepth: 0.9,
  maxDepth: 1.1,
  shuffle: true,
};

beforeAll(async () => {
  for (const name of ['image', 'depth', 'latents', 'parameters']) mkdirSync(join(folder, name));
  for (const [i, name] of ['b', 'a', 'c'].entries()) {
    const plain = (value: number) =>
      sharp({ create: { width: 6, height: 4, channels: 3, background: { r: value, g: value, b: value } } });
    await plain(i * 100)
      .png()
      .toFile(join(folder, 'image', `${name}.png`));
    await plain(51 * i)
      .png()
      .toFile(join(folder, 'depth', `${name}.png`));
    const latent = savedTensor({ dtype: 'float32', shape: [1, 3], data: Float32Array.of(i, i, i) });
    await writeTorch(join(folder, 'latents', `${name}.pt`), new Map([['latent', latent]]));
    writeFileSync(
      join(folder, 'parameters', `${name}.json`),
      JSON.stringify({ seed: 1, view: [0, i, 0, 0, 0, 0] }),
    );
  }
  writeFileSync(join(folder, 'list.txt'), 'b.png 1 2\n\na.png\r\nc.png\n');
});

describe('source/image-folder', () => {
  const context = (index = 0) => sourceContext(index, { folder });

  it('goes through the list in its order, or through the folder by name', async () => {
    expect(await imageFolder.items?.({ params, context: context() })).toEqual(['b', 'a', 'c']);
    expect(await imageFolder.items?.({ params: { ...params, list: '' }, context: context() })).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('gives image, latent, depth and view of an item', async () => {
    const { image, latent, depth, view } = await imageFolder.load({ params, context: context(2) });
    expect([image.shape, latent.shape, depth.shape]).toEqual([
      [1, 2, 2, 3],
      [1, 3],
      [1, 2, 2],
    ]);
    expect(image.data[5]).toBeCloseTo((200 / 255) * 2 - 1, 6);
    expect(Array.from(latent.data)).toEqual([2, 2, 2]);
    // Near is light: 1.1 − 0.2 · 102/255.
    expect(depth.data[3]).toBeCloseTo(1.02, 6);
    expect([view.shape, ...view.data]).toEqual([[1, 6], 0, 2, 0, 0, 0, 0]);
  });

  it('gives NaN for what the list has not', async () => {
    const bare = { ...params, latents: '', depths: '', views: '' };
    const { latent, depth, view } = await imageFolder.load({ params: bare, context: context() });
    expect([latent.data[0], depth.data[0], view.data[5]]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });

  it('lists all problems before anything runs', async () => {
    writeFileSync(join(folder, 'bad.txt'), 'b.png\nabsent.png\nbroken.png\n');
    writeFileSync(join(folder, 'image', 'broken.png'), 'no picture');
    const items = (changes: object) =>
      imageFolder.items?.({ params: { ...params, list: 'bad.txt', ...changes }, context: context() });
    const message = await Promise.resolve(items({ latent: 4 })).then(
      String,
      (error) => error.message as string,
    );
    expect(message).toContain('absent.png: there is no such file');
    expect(message).toContain('broken.png: it does not begin like any image');
    expect(message).toContain('b.pt: expected a latent [4], found [1,3]');
    expect(message).toMatch(/^9 problems:/);
    expect(message).toContain('broken.json: there is no such file');
    const whole = await sharp(Buffer.alloc(3 * 64 * 64, 7), { raw: { width: 64, height: 64, channels: 3 } })
      .png({ compressionLevel: 0 })
      .toBuffer();
    writeFileSync(join(folder, 'image', 'cut.png'), whole.subarray(0, 5000));
    writeFileSync(join(folder, 'cut.txt'), 'cut.png\n');
    await expect(items({ list: 'cut.txt', depths: '', latents: '', views: '' })).rejects.toThrow(
      'cut.png: it ends too early',
    );
    mkdirSync(join(folder, 'wrong'));
    for (const text of ['{"view": [1, 2]}', '{"view": [0, 0, 0, 0, 0, null]}', '[]', 'null', 'no JSON']) {
      for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, 'wrong', `${name}.json`), text);
      await expect(items({ list: 'list.txt', views: 'wrong' })).rejects.toThrow(
        'b.json: expected JSON with 6 numbers as "view"',
      );
    }
    await expect(items({ list: 'list.txt', crop: 5 })).rejects.toThrow(
      'the crop of 5×5 exceeds its 6×4 pixels',
    );
    await expect(items({ list: 'list.txt', crop: 0 })).rejects.toThrow('is no square; give a crop');
    await expect(items({ list: 'nowhere.txt' })).rejects.toThrow('nowhere.txt: there is no such file');
    await expect(items({ images: '' })).rejects.toThrow('names no folder');
  });
});

describe('source/image-stream', () => {
  it('goes through the list again and again, shuffled from the second round on', async () => {
    const order: number[] = [];
    for (let step = 0; step < 12; step++) {
      const { index, image } = await imageStream.load({
        params: { ...params, count: 1 },
        context: sourceContext(0, { folder, step }),
      });
      order.push(index.data[0] as number);
      expect(image.data[0]).toBeCloseTo(((index.data[0] as number) * 200) / 255 - 1, 6);
    }
    const rounds = [0, 3, 6, 9].map((start) => order.slice(start, start + 3));
    expect(rounds[0]).toEqual([0, 1, 2]);
    for (const round of rounds) expect([...round].sort()).toEqual([0, 1, 2]);
    expect(new Set(rounds.map(String)).size).toBeGreaterThan(1);
  });

  it('gives the same images in the same order several at a time, over the end of a round', async () => {
    const indices = async (count: number, steps: number) => {
      const loads = Array.from({ length: steps }, (_, step) =>
        imageStream.load({ params: { ...params, count }, context: sourceContext(0, { folder, step }) }),
      );
      return Promise.all(loads);
    };
    const [single, double] = [await indices(1, 12), await indices(2, 6)];
    const order = (loads: typeof single) => loads.flatMap(({ index }) => [...index.data]);
    expect(order(double)).toEqual(order(single));
    const [first] = double;
    expect(first?.image.shape).toEqual([2, ...(single[0]?.image.shape.slice(1) ?? [])]);
    expect(first?.depth.shape[0]).toBe(2);
    const pixels = single.slice(0, 2).flatMap(({ image }) => [...image.data]);
    expect([...(first?.image.data ?? [])]).toEqual(pixels);
  });
});
