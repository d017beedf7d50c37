import { type Raster, readImage } from '../runtime/formats/image.ts';
import { ImageError } from '../runtime/formats/image-errors.ts';
import { RunError } from '../runtime/run/errors.ts';

/** Side in pixels below which no face has eyes and a nose. */
const FEW = 24;

/**
 * Checks that a file is a picture, whole and not too large, by reading it, and tells what is odd about it.
 * @throws RunError `bad-option`
 */
export async function lookAtPicture(file: string): Promise<string[]> {
  if (file === '') throw new RunError('bad-option', '--image names no file', { hint: 'Give a picture.' });
  try {
    return oddities(file, await readImage(file));
  } catch (cause) {
    if (!(cause instanceof ImageError)) throw cause;
    throw new RunError('bad-option', `--image ${cause.message}`, { hint: cause.hint }, { cause });
  }
}

function oddities(file: string, { data, channels, width, height }: Raster): string[] {
  if (data.every((value, i) => value === data[i % channels]))
    return [`${file} has the same colour everywhere: there is no shape to be seen in it.`];
  if (Math.min(width, height) >= FEW) return [];
  return [`${file} has ${width} × ${height} pixels, too few to see a shape in.`];
}
