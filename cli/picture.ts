import { readImage } from '../runtime/formats/image.ts';
import { ImageError } from '../runtime/formats/image-errors.ts';
import { RunError } from '../runtime/run/errors.ts';

/** Checks that a file is a picture, whole and not too large, by reading it. @throws RunError `bad-option` */
export async function expectPicture(file: string): Promise<void> {
  if (file === '') throw new RunError('bad-option', '--image names no file', { hint: 'Give a picture.' });
  try {
    await readImage(file);
  } catch (cause) {
    if (!(cause instanceof ImageError)) throw cause;
    throw new RunError('bad-option', `--image ${cause.message}`, { hint: cause.hint }, { cause });
  }
}
