import { open } from 'node:fs/promises';
import sharp, { type Metadata, type Sharp } from 'sharp';
import type { HostTensor } from '../engine/host-op.ts';
import { ImageError } from './image-errors.ts';
import { expectWhole } from './image-whole.ts';
import { READ_AT_ONCE } from './regular-file.ts';

/** A picture as it is stored: whole numbers, row by row, channels interleaved. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** White: 255 or 65535. */
  readonly white: 255 | 65535;
  readonly data: Uint8Array | Uint16Array;
}

export interface ReadImageOptions {
  /** `grey` gives one channel, for depth maps and masks; default `rgb`. */
  readonly colour?: 'rgb' | 'grey';
  /** Pictures of more pixels are refused before they are decoded; default 40 million. */
  readonly pixelLimit?: number;
}

/** Size of a picture as it is shown: after the turn that its EXIF orientation asks for. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

export const DEFAULT_PIXEL_LIMIT = 40_000_000;

/** How the files begin that are read. What else the decoder knows, such as SVG and PDF, can refer to other files. */
const SIGNATURES: readonly ((start: Buffer) => boolean)[] = [
  (start) => start.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex')),
  (start) => start.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex')),
  (start) => start.toString('latin1', 0, 4) === 'RIFF' && start.toString('latin1', 8, 12) === 'WEBP',
  (start) => /^GIF8[79]a/.test(start.toString('latin1')),
];

/**
 * Reads a PNG, JPEG, WebP or GIF file (of an animation, the first frame): 8 or 16 bits, grey, colour, palette or
 * CMYK. It is turned as its EXIF orientation asks for, and transparent parts show white. Colour profiles are ignored,
 * as in the original, except that CMYK is converted by its own.
 *
 * @throws ImageError image-not-found, image-not-readable, not-an-image, image-damaged, image-too-large
 */
export async function readImage(file: string, options: ReadImageOptions = {}): Promise<Raster> {
  const { metadata, decoder } = await opened(file, options);
  await expectWhole(file, metadata.format);
  const deep = metadata.depth === 'ushort';
  const upright = decoder.autoOrient().toColourspace(deep ? 'rgb16' : 'srgb');
  const { data, info } = await upright
    .raw(deep ? { depth: 'ushort' } : {})
    .toBuffer({ resolveWithObject: true })
    .catch((cause) => {
      throw new ImageError('image-damaged', file, `it cannot be decoded: ${reasonOf(cause)}`, { cause });
    });
  const stored = deep ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : new Uint8Array(data);
  const { width, height } = info;
  const channels = options.colour === 'grey' ? 1 : 3;
  const white = deep ? 65535 : 255;
  return { width, height, channels, white, data: opaque(stored, info.channels, { channels, white }) };
}

/** The size of a picture, from its header alone. @throws ImageError as {@link readImage} does, damage apart */
export async function imageSize(file: string, options: ReadImageOptions = {}): Promise<ImageSize> {
  const { metadata } = await opened(file, options);
  const { width, height } = metadata.autoOrient;
  return { width, height };
}

/** Reads a picture as a tensor [H,W,3] (or [H,W,1] for `grey`) in [−1, 1]. @throws ImageError as {@link readImage} does */
export async function decodeImage(file: string, options: ReadImageOptions = {}): Promise<HostTensor> {
  return rasterToTensor(await readImage(file, options));
}

/** A picture as a tensor [H,W,C]: black is −1 and white is 1. */
export function rasterToTensor({ width, height, channels, white, data }: Raster): HostTensor {
  // a loop: with a function for each value this is what a training on many pictures waits for
  const values = new Float32Array(data.length);
  for (let i = 0; i < values.length; i++) values[i] = ((data[i] as number) / white) * 2 - 1;
  return { shape: [height, width, channels], data: values };
}

async function opened(
  file: string,
  { pixelLimit = DEFAULT_PIXEL_LIMIT }: ReadImageOptions,
): Promise<{ metadata: Metadata; decoder: Sharp }> {
  await expectSignature(file);
  // The decoder is told no limit, so that an error can say the size; it is asked for pixels after the check.
  const header = sharp(file, { limitInputPixels: false });
  const metadata = await header.metadata().catch((cause) => {
    throw new ImageError('image-damaged', file, `its header cannot be read: ${reasonOf(cause)}`, { cause });
  });
  const { width, height, space } = metadata;
  if (width * height > pixelLimit) {
    const problem = `it has ${width}×${height} pixels, more than the ${pixelLimit} that are read`;
    throw new ImageError('image-too-large', file, problem);
  }
  const options = { limitInputPixels: pixelLimit, failOn: 'error', ignoreIcc: space !== 'cmyk' } as const;
  return { metadata, decoder: sharp(file, options) };
}

async function expectSignature(file: string): Promise<void> {
  const start = Buffer.alloc(16);
  try {
    const handle = await open(file, READ_AT_ONCE);
    try {
      if (!(await handle.stat()).isFile()) throw new ImageError('image-not-readable', file, 'it is no file');
      await handle.read(start, 0, start.length, 0);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof ImageError) throw cause;
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (missing) throw new ImageError('image-not-found', file, 'there is no such file', { cause });
    throw new ImageError('image-not-readable', file, `it cannot be opened: ${reasonOf(cause)}`, { cause });
  }
  if (!SIGNATURES.some((fits) => fits(start))) {
    throw new ImageError('not-an-image', file, 'it does not begin like any image that can be read');
  }
}

/** Weights of red, green and blue in grey (ITU-R BT.601), as the original's image library has them. */
const LUMA = [0.299, 0.587, 0.114] as const;

/** Lays pixels of 1 to 4 channels over white, and gives them 1 or 3 channels. */
function opaque(
  stored: Uint8Array | Uint16Array,
  from: number,
  { channels, white }: Pick<Raster, 'channels' | 'white'>,
): Uint8Array | Uint16Array {
  if (from === channels) return stored;
  const pixels = stored.length / from;
  const result = white === 255 ? new Uint8Array(pixels * channels) : new Uint16Array(pixels * channels);
  const colours = from > 2 ? 3 : 1;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const alpha = from > colours ? (stored[pixel * from + colours] as number) / white : 1;
    const over = (c: number) =>
      (stored[pixel * from + Math.min(c, colours - 1)] as number) * alpha + white * (1 - alpha);
    for (let c = 0; c < channels; c++) {
      const value = channels === 3 ? over(c) : LUMA[0] * over(0) + LUMA[1] * over(1) + LUMA[2] * over(2);
      result[pixel * channels + c] = Math.round(value);
    }
  }
  return result;
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? (cause.message.split('\n')[0] as string) : String(cause);
}
