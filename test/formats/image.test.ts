import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeImage, imageSize, readImage } from '../../runtime/formats/image.ts';
import { ImageError } from '../../runtime/formats/image-errors.ts';
import { cropRaster, resizeRaster } from '../../runtime/formats/image-resample.ts';
import {
  tileFrames,
  toFrames,
  writeAnimation,
  writePng,
  writePng16,
} from '../../runtime/formats/image-write.ts';

const folder = mkdtempSync(join(tmpdir(), 'gan2shape-image-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string) => join(folder, name);

/** Four pixels in a row. */
const RGB = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30]);
const rgb = () => sharp(RGB, { raw: { width: 4, height: 1, channels: 3 } });

/** A picture with much in it, so that cutting its file takes pixels away. */
const busy = () => {
  const noise = Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * 7919) % 256);
  return sharp(noise, { raw: { width: 40, height: 30, channels: 3 } });
};

async function codeOf(file: string, options = {}): Promise<string> {
  const error = await readImage(file, options).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(error instanceof ImageError)) throw new Error(`expected an ImageError, found ${error}`);
  expect(error.message).toContain(file);
  expect(error.hint).not.toBe('');
  return error.code;
}

describe('readImage', () => {
  it.each(['png', 'webp'] as const)('reads lossless %s exactly', async (format) => {
    const coded = format === 'png' ? rgb().png() : rgb().webp({ lossless: true });
    await coded.toFile(path(`exact.${format}`));
    const { width, height, channels, white, data } = await readImage(path(`exact.${format}`));
    expect({ width, height, channels, white, data: [...data] }).toEqual({
      width: 4,
      height: 1,
      channels: 3,
      white: 255,
      data: [...RGB],
    });
  });

  it('gives tensors in [-1, 1]', async () => {
    await rgb().png().toFile(path('tensor.png'));
    const { shape, data } = await decodeImage(path('tensor.png'));
    expect(shape).toEqual([1, 4, 3]);
    expect([data[0], data[1]]).toEqual([1, -1]);
    expect(data[9]).toBeCloseTo((10 / 255) * 2 - 1, 6);
  });

  it('keeps 16 bits, and makes grey of colours by luma', async () => {
    const values = Uint16Array.from([0, 1, 300, 65535]);
    await sharp(values, { raw: { width: 4, height: 1, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toFile(path('deep.png'));
    const deep = await readImage(path('deep.png'), { colour: 'grey' });
    expect([deep.white, ...deep.data]).toEqual([65535, 0, 1, 300, 65535]);
    expect([...(await readImage(path('deep.png'))).data.subarray(6, 9)]).toEqual([300, 300, 300]);
    await rgb().png().toFile(path('luma.png'));
    const grey = await readImage(path('luma.png'), { colour: 'grey' });
    expect([...grey.data]).toEqual([76, 150, 29, 18]);
  });

  it('lays transparent pixels over white, 8 bits and 16', async () => {
    const alpha = Uint8Array.from([100, 100, 100, 255, 100, 100, 100, 0, 100, 100, 100, 51]);
    await sharp(alpha, { raw: { width: 3, height: 1, channels: 4 } })
      .png()
      .toFile(path('alpha.png'));
    const { data } = await readImage(path('alpha.png'));
    expect([data[0], data[3], data[6]]).toEqual([100, 255, 224]);
    const deep = Uint16Array.from([1000, 1000, 1000, 0, 1000, 1000, 1000, 65535]);
    await sharp(deep, { raw: { width: 2, height: 1, channels: 4 } })
      .toColourspace('rgb16')
      .png()
      .toFile(path('alpha16.png'));
    const over = await readImage(path('alpha16.png'));
    expect([over.data[0], over.data[3]]).toEqual([65535, 1000]);
  });

  it('turns as EXIF asks, and converts CMYK', async () => {
    await busy().jpeg().withMetadata({ orientation: 6 }).toFile(path('turned.jpg'));
    expect(await imageSize(path('turned.jpg'))).toEqual({ width: 30, height: 40 });
    const turned = await readImage(path('turned.jpg'));
    expect([turned.width, turned.height]).toEqual([30, 40]);
    const grey = sharp({ create: { width: 8, height: 8, channels: 3, background: '#808080' } });
    await grey.toColourspace('cmyk').jpeg().toFile(path('cmyk.jpg'));
    const { channels, data } = await readImage(path('cmyk.jpg'));
    expect(channels).toBe(3);
    for (const value of data) expect(Math.abs(value - 128)).toBeLessThan(17);
  });

  it('names what is wrong with a file', async () => {
    expect(await codeOf(path('absent.png'))).toBe('image-not-found');
    mkdirSync(path('folder.png'));
    expect(await codeOf(path('folder.png'))).toBe('image-not-readable');
    writeFileSync(path('text.png'), 'this is text');
    expect(await codeOf(path('text.png'))).toBe('not-an-image');
    writeFileSync(path('empty.png'), '');
    expect(await codeOf(path('empty.png'))).toBe('not-an-image');
    writeFileSync(path('drawing.svg'), '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    expect(await codeOf(path('drawing.svg'))).toBe('not-an-image');
    await busy().png().toFile(path('large.png'));
    expect(await codeOf(path('large.png'), { pixelLimit: 1000 })).toBe('image-too-large');
  });

  it.each([
    ['png', () => busy().png()],
    ['interlaced.png', () => busy().png({ progressive: true })],
    ['jpg', () => busy().jpeg()],
    ['webp', () => busy().webp()],
    ['gif', () => busy().gif()],
  ])('refuses a %s file that is cut off anywhere', async (name, code) => {
    const bytes = await code().toBuffer();
    for (const share of [0.1, 0.3, 0.6, 0.9, 0.99]) {
      const file = path(`cut-${share}.${name}`);
      writeFileSync(file, bytes);
      truncateSync(file, Math.floor(bytes.length * share));
      expect(await codeOf(file)).toBe('image-damaged');
    }
  });

  it('refuses a header that promises a picture larger than memory, at once', async () => {
    const bytes = await rgb().png().toBuffer();
    bytes.writeUInt32BE(0x7fffffff, 16);
    bytes.writeUInt32BE(0x7fffffff, 20);
    writeFileSync(path('bomb.png'), bytes);
    expect(['image-too-large', 'image-damaged']).toContain(await codeOf(path('bomb.png')));
  });
});

describe('resampling', () => {
  const row = (...values: number[]) =>
    ({ width: values.length, height: 1, channels: 1, white: 255, data: Uint8Array.from(values) }) as const;

  it('weighs by triangles as wide as two target pixels', () => {
    // Halving: weights 1, 3, 3, 1 (of 8) on the four nearest, cut off and normalised at the ends.
    const half = resizeRaster(row(0, 80, 160, 240, 80, 0), { width: 3, height: 1 });
    const expected = [(3 * 0 + 3 * 80 + 160) / 7, (80 + 3 * 160 + 3 * 240 + 80) / 8, (240 + 3 * 80 + 0) / 7];
    expect([...half.data]).toEqual(expected.map(Math.round));
  });

  it('interpolates linearly where it enlarges, in both directions', () => {
    const large = resizeRaster(row(0, 100), { width: 4, height: 2 });
    expect([...large.data]).toEqual([0, 25, 75, 100, 0, 25, 75, 100]);
  });

  it('leaves constant pictures as they are and 16 bits deep', () => {
    const flat = {
      width: 5,
      height: 7,
      channels: 3,
      white: 65535,
      data: new Uint16Array(105).fill(54321),
    } as const;
    const { data } = resizeRaster(flat, { width: 3, height: 11 });
    expect(new Set(data)).toEqual(new Set([54321]));
  });

  it('crops the middle, odd remainders rounded to even', () => {
    const ramp = {
      width: 7,
      height: 4,
      channels: 1,
      white: 255,
      data: Uint8Array.from({ length: 28 }, (_, i) => i),
    } as const;
    // (7 − 4)/2 = 1.5 → 2; the height is kept.
    expect([...cropRaster(ramp, 4).data.subarray(0, 4)]).toEqual([2, 3, 4, 5]);
    expect(() => cropRaster(ramp, 5)).toThrow('crop of 5×5 exceeds the image of 7×4');
  });
});

describe('writing', () => {
  it('rounds, clips, and blackens NaN', () => {
    const frames = toFrames({ shape: [1, 5, 1], data: Float32Array.from([-2, -1, 0, 3, Number.NaN]) });
    expect([...frames.data]).toEqual([0, 0, 128, 255, 0]);
    expect(() => toFrames({ shape: [2, 2], data: new Float32Array(4) })).toThrow('shape [2,2]');
  });

  it('tiles frames into a grid', () => {
    const frames = toFrames({ shape: [3, 1, 1, 1], data: Float32Array.from([-1, 0, 1]) });
    const { width, height, data } = tileFrames(frames, { columns: 2, gap: 1 });
    expect([width, height, [...data]]).toEqual([3, 3, [0, 255, 128, 255, 255, 255, 255, 255, 255]]);
  });

  it('reads back what it writes', async () => {
    const images = { shape: [2, 2, 2, 3], data: Float32Array.from({ length: 24 }, (_, i) => i / 12 - 1) };
    await writePng(path('back.png'), toFrames(images));
    const { width, height, data } = await readImage(path('back.png'));
    expect([width, height, [...data]]).toEqual([2, 4, [...toFrames(images).data]]);
    const map = { shape: [1, 3], data: Float32Array.from([1.1, 1, 0.9]) };
    await writePng16(path('map.png'), map, { black: 1.1, white: 0.9 });
    expect([...(await readImage(path('map.png'), { colour: 'grey' })).data]).toEqual([0, 32768, 65535]);
  });

  it.each(['webp', 'gif'] as const)('writes animated %s', async (format) => {
    const data = Float32Array.from({ length: 3 * 8 * 8 * 3 }, (_, i) => Math.floor(i / 192) - 1);
    await writeAnimation(path(`move.${format}`), toFrames({ shape: [3, 8, 8, 3], data }), {
      format,
      rate: 10,
    });
    const { pages, delay, loop, pageHeight } = await sharp(path(`move.${format}`), {
      animated: true,
    }).metadata();
    expect({ pages, delay, loop, pageHeight }).toEqual({
      pages: 3,
      delay: [100, 100, 100],
      loop: 0,
      pageHeight: 8,
    });
  });
});
