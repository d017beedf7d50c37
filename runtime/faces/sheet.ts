import { join } from 'node:path';
import { tileFrames, writePng } from '../formats/image-write.ts';
import { sampleFace } from './face.ts';
import { normalColours } from './normals.ts';
import { BACKGROUND_DEPTH, type Rendering, renderFace } from './render.ts';
import type { SetOptions } from './set.ts';

/** Faces along a side of the sheet, and faces whose shape is shown. */
const SIDE = 8;
/** Depth that is white in pictures of shapes. */
const NEAREST = 0.91;

/** Writes `sheet.png`, the first 64 faces, and `shapes.png`, the first 8 with their normals and depths. */
export async function writeSheets({ folder, seed, size, count }: SetOptions): Promise<void> {
  const faces = Array.from({ length: Math.min(count, SIDE ** 2) }, (_, index) =>
    renderFace(sampleFace(seed, index), size),
  );
  await writePng(
    join(folder, 'sheet.png'),
    tiled(
      faces.map(({ image }) => image),
      size,
    ),
  );
  const shown = faces.slice(0, SIDE);
  const pictures = [shown.map(({ image }) => image), shown.map(normalColours), shown.map(depthColours)];
  await writePng(join(folder, 'shapes.png'), tiled(pictures.flat(), size, shown.length));
}

function tiled(pictures: readonly Uint8Array[], size: number, columns = SIDE) {
  const data = Buffer.concat(pictures);
  return tileFrames(
    { width: size, height: size, channels: 3, count: pictures.length, data },
    { columns, gap: 0 },
  );
}

/** Near is light; black is background. */
function depthColours({ depth }: Rendering): Uint8Array {
  const colours = new Uint8Array(depth.length * 3);
  depth.forEach((d, pixel) => {
    const value =
      d === BACKGROUND_DEPTH ? 0 : 255 * (1 - (d - NEAREST) / (BACKGROUND_DEPTH - 0.02 - NEAREST));
    colours.fill(Math.min(Math.max(value, 0), 255), pixel * 3, pixel * 3 + 3);
  });
  return colours;
}
