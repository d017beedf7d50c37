import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageBatches } from '../../../nodes/source/image-batches.ts';
import { sourceContext } from '../host.ts';

const folder = mkdtempSync(join(tmpdir(), 'gan2shape-batches-'));
afterAll(() => rmSync(folder, { recursive: true }));

const params = {
  images: 'image',
  list: '',
  size: 2,
  crop: 0,
  batch: 3,
  mirror: false,
  memory: 600,
};
const COUNT = 5;

beforeAll(async () => {
  mkdirSync(join(folder, 'image'));
  for (let i = 0; i < COUNT; i++) {
    // left column dark, right column light by the number of the image
    const data = Buffer.from([0, 0, 0, i, i, i, 0, 0, 0, i, i, i].map((x) => x * 50));
    await sharp(data, { raw: { width: 2, height: 2, channels: 3 } })
      .png()
      .toFile(join(folder, 'image', `${i}.png`));
  }
});

/** The numbers of the images of some pulls; negative for mirrored ones. */
async function drawn(pulls: number, changes: Partial<typeof params> = {}): Promise<number[]> {
  const own = { ...params, ...changes };
  const numbers: number[] = [];
  for (let step = 0; step < pulls; step++) {
    const { images } = await imageBatches.load({ params: own, context: sourceContext(0, { folder, step }) });
    expect(images.shape).toEqual([own.batch, 2, 2, 3]);
    for (let i = 0; i < own.batch; i++) {
      const [left, right] = [0, 3].map((at) =>
        Math.round(((((images.data[i * 12 + at] as number) + 1) / 2) * 255) / 50),
      ) as [number, number];
      numbers.push(left > 0 ? -left : right);
    }
  }
  return numbers;
}

describe('source/image-batches', () => {
  it('goes through all images in every round, in another order each', async () => {
    const numbers = await drawn(5);
    const rounds = [0, 5, 10].map((start) => numbers.slice(start, start + COUNT));
    for (const round of rounds) expect([...round].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(new Set(rounds.map(String)).size).toBe(3);
  });

  it('gives the same whether pictures stay in memory or not', async () => {
    expect(await drawn(5, { memory: 0 })).toEqual(await drawn(5));
    expect(await drawn(5, { memory: 30e-6 })).toEqual(await drawn(5));
  });

  it('mirrors some', async () => {
    const numbers = await drawn(10, { mirror: true });
    expect(numbers.map(Math.abs)).toEqual(await drawn(10));
    const share = numbers.filter((x) => x < 0).length / numbers.filter((x) => x !== 0).length;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.8);
  });

  it('reads a list, crops and resizes', async () => {
    writeFileSync(join(folder, 'list.txt'), '3.png\n');
    expect(await drawn(1, { list: 'list.txt' })).toEqual([3, 3, 3]);
    await expect(drawn(1, { crop: 4 })).rejects.toThrow('the crop of 4×4 exceeds its 2×2 pixels');
  });

  it('says what is wrong with its folder or with a picture', async () => {
    await expect(drawn(1, { images: '' })).rejects.toThrow('names no folder');
    await expect(drawn(1, { images: 'none' })).rejects.toThrow('there is no such file or folder');
    mkdirSync(join(folder, 'other'));
    writeFileSync(join(folder, 'other', 'a.png'), 'no image');
    await expect(drawn(1, { images: 'other' })).rejects.toThrow('does not begin like any image');
    await sharp({ create: { width: 4, height: 2, channels: 3, background: 'red' } })
      .png()
      .toFile(join(folder, 'other', 'a.png'));
    await expect(drawn(1, { images: 'other' })).rejects.toThrow('has 4×2 pixels and is no square');
  });
});
