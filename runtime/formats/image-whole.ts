import { type FileHandle, open } from 'node:fs/promises';
import { ImageError } from './image-errors.ts';

/**
 * Refuses PNG and WebP files that end too early: their decoders fill what is missing with black. The other formats'
 * decoders notice by themselves.
 */
export async function expectWhole(file: string, format: string): Promise<void> {
  const ends = format === 'png' ? pngEnds : format === 'webp' ? riffEnds : undefined;
  if (!ends) return;
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    if (!(await ends(handle, size))) {
      throw new ImageError('image-damaged', file, `it ends too early, after ${size} bytes`);
    }
  } finally {
    await handle.close();
  }
}

/** Whether the chunks of a PNG file lead to its end chunk. */
async function pngEnds(handle: FileHandle, size: number): Promise<boolean> {
  const header = Buffer.alloc(8);
  for (let at = 8; at + 12 <= size; ) {
    await handle.read(header, 0, 8, at);
    at += 12 + header.readUInt32BE(0);
    if (header.toString('latin1', 4) === 'IEND') return at <= size;
  }
  return false;
}

/** Whether a RIFF file is as long as it says. */
async function riffEnds(handle: FileHandle, size: number): Promise<boolean> {
  const header = Buffer.alloc(8);
  await handle.read(header, 0, 8, 0);
  return size >= 8 + header.readUInt32LE(4);
}
