import sharp from 'sharp';
import type { HostTensor } from '../engine/host-op.ts';
import { writeFileAtomic } from './atomic.ts';

/** The value range of a tensor: the ends become black and white, what is outside is clipped, NaN is black. */
export interface ValueRange {
  readonly black: number;
  readonly white: number;
}

const IMAGE_RANGE: ValueRange = { black: -1, white: 1 };

/** Pictures with a file's pixels: frames of one size, one below the other. */
export interface Frames {
  readonly width: number;
  /** Of one frame. */
  readonly height: number;
  readonly channels: 1 | 3;
  readonly count: number;
  readonly data: Uint8Array;
}

/** Images [H,W,C] or [N,H,W,C] (C of 1 or 3) as bytes, rounded to the nearest. @throws RangeError for other shapes */
export function toFrames({ shape, data }: HostTensor, range: ValueRange = IMAGE_RANGE): Frames {
  const [count, height, width, channels] = shape.length === 3 ? [1, ...shape] : shape;
  if (!count || !height || !width || (channels !== 1 && channels !== 3)) {
    throw new RangeError(`an image has shape [${shape}], expected [H,W,C] or [N,H,W,C] with C of 1 or 3`);
  }
  const scale = 255 / (range.white - range.black);
  const bytes = Uint8Array.from(data, (value) =>
    Math.min(Math.max((value - range.black) * scale + 0.5, 0), 255),
  );
  return { width, height, channels, count, data: bytes };
}

/** One picture of all frames, row by row in a grid of so many columns, `gap` white pixels apart. */
export function tileFrames(frames: Frames, { columns, gap = 2 }: { columns: number; gap?: number }): Frames {
  const { width, height, channels, count, data } = frames;
  const across = Math.min(columns, count);
  const down = Math.ceil(count / across);
  const total = { width: across * (width + gap) - gap, height: down * (height + gap) - gap };
  const tiled = new Uint8Array(total.width * total.height * channels).fill(255);
  for (let frame = 0; frame < count; frame++) {
    const left = (frame % across) * (width + gap);
    const top = Math.floor(frame / across) * (height + gap);
    for (let row = 0; row < height; row++) {
      const start = (frame * height + row) * width * channels;
      tiled.set(
        data.subarray(start, start + width * channels),
        ((top + row) * total.width + left) * channels,
      );
    }
  }
  return { ...total, channels, count: 1, data: tiled };
}

/** Writes frames as one PNG picture, one below the other. */
export async function writePng(
  file: string,
  { width, height, channels, count, data }: Frames,
): Promise<void> {
  const raw = { width, height: height * count, channels };
  await writeFileAtomic(file, [await sharp(data, { raw }).png().toBuffer()]);
}

/** Writes a map [H,W] as a 16-bit grey PNG; what is outside of the range is clipped. */
export async function writePng16(
  file: string,
  { shape, data }: HostTensor,
  range: ValueRange,
): Promise<void> {
  const [height, width] = shape;
  if (shape.length !== 2 || !height || !width)
    throw new RangeError(`a map has shape [${shape}], expected [H,W]`);
  const scale = 65535 / (range.white - range.black);
  const values = Uint16Array.from(data, (v) => Math.min(Math.max((v - range.black) * scale + 0.5, 0), 65535));
  const raw = { width, height, channels: 1 as const };
  await writeFileAtomic(file, [await sharp(values, { raw }).toColourspace('grey16').png().toBuffer()]);
}

export interface AnimationOptions {
  readonly format: 'webp' | 'gif';
  /** Frames a second: 1 to 50. */
  readonly rate: number;
}

/** Writes frames as an animation that repeats for ever. */
export async function writeAnimation(
  file: string,
  { width, height, channels, count, data }: Frames,
  { format, rate }: AnimationOptions,
): Promise<void> {
  const raw = { width, height: height * count, channels, pageHeight: height };
  const timing = { delay: Array<number>(count).fill(Math.round(1000 / rate)), loop: 0 };
  const frames = sharp(data, { raw });
  const coded = format === 'webp' ? frames.webp({ ...timing, quality: 90 }) : frames.gif(timing);
  await writeFileAtomic(file, [await coded.toBuffer()]);
}
