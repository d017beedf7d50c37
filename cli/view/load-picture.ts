import { readFile, stat } from 'node:fs/promises';
import sharp from 'sharp';
import { CELL, type Pixels } from './picture.ts';

/** Files larger than this are not previews, and are not read. */
const MAX_BYTES = 64 * 2 ** 20;

/** A cell of a terminal is about twice as high as wide. */
const CELL_ASPECT = 2;

/**
 * The largest picture of a given shape, in cells, that keeps the image's proportions inside a box of cells.
 */
export function cellsFor(
  image: { readonly width: number; readonly height: number },
  box: { readonly columns: number; readonly rows: number },
): { columns: number; rows: number } {
  if (image.width <= 0 || image.height <= 0) return { columns: 0, rows: 0 };
  const scale = Math.min(box.columns / image.width, (box.rows * CELL_ASPECT) / image.height);
  return {
    columns: Math.max(1, Math.min(box.columns, Math.round(image.width * scale))),
    rows: Math.max(1, Math.min(box.rows, Math.round((image.height * scale) / CELL_ASPECT))),
  };
}

/**
 * Reads an image file and scales it for a box of `columns` × `rows` cells. The file is decoded on sharp's threads, so
 * the terminal stays alive. Rejects when the file cannot be read or is no image.
 */
export async function loadPicture(
  file: string,
  box: { readonly columns: number; readonly rows: number },
): Promise<Pixels> {
  // Through a buffer: sharp remembers files by name, and previews are written again under the same name.
  if ((await stat(file)).size > MAX_BYTES) throw new RangeError(`${file} is larger than a preview can be`);
  const bytes = await readFile(file);
  const { data, info } = await sharp(bytes)
    .flatten({ background: '#000' })
    .toColourspace('srgb')
    .resize(box.columns * CELL.width, box.rows * CELL.height, { fit: 'fill', kernel: 'cubic' })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3)
    throw new TypeError(`${file} has ${info.channels} channels after conversion, not 3`);
  return { data, width: info.width, height: info.height };
}
