import type { ColourDepth } from './style.ts';

/** Pixels of an image, row by row: red, green and blue in [0, 255]. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Pixels that a cell of the terminal shows: two across, two down. */
export const CELL = { width: 2, height: 2 } as const;

/** Which of the four pixels each block covers: 1 top left, 2 top right, 4 bottom left, 8 bottom right. */
const BLOCKS = [
  [3, '▀'],
  [5, '▌'],
  [9, '▚'],
  [1, '▘'],
  [2, '▝'],
  [4, '▖'],
  [8, '▗'],
] as const;
const SHADES = ' ░▒▓█';

/**
 * An image as rows of text, one character for two by two pixels. With colours, each cell has the block of two
 * colours (half blocks and quadrants) that differs least from its four pixels; without, a shade of grey whose
 * contrast is stretched to what the image has.
 */
export function drawPicture(image: Pixels, depth: ColourDepth): string[] {
  return depth >= 8 ? inColour(image, depth) : inShades(image);
}

function inColour(image: Pixels, depth: ColourDepth): string[] {
  const rows: string[] = [];
  const cell = new Float64Array(12);
  for (let y = 0; y + 1 < image.height; y += CELL.height) {
    let row = '';
    let colours = '';
    for (let x = 0; x + 1 < image.width; x += CELL.width) {
      for (let pixel = 0; pixel < 4; pixel++) {
        const at = ((y + (pixel >> 1)) * image.width + x + (pixel & 1)) * 3;
        for (let c = 0; c < 3; c++) cell[pixel * 3 + c] = image.data[at + c] as number;
      }
      const { glyph, ink, paper } = bestBlock(cell);
      const next = `\u001b[${colour(38, ink, depth)};${colour(48, paper, depth)}m`;
      row += next === colours ? glyph : next + glyph;
      colours = next;
    }
    rows.push(`${row}\u001b[39;49m`);
  }
  return rows;
}

/** The block whose two mean colours leave the least squared error; a cell of one colour is its upper half block. */
function bestBlock(cell: Float64Array): { glyph: string; ink: number[]; paper: number[] } {
  let best = { glyph: '▀', ink: [0, 0, 0], paper: [0, 0, 0], error: Number.POSITIVE_INFINITY };
  for (const [mask, glyph] of BLOCKS) {
    const ink = meanColour(cell, mask);
    const paper = meanColour(cell, 15 - mask);
    let error = 0;
    for (let pixel = 0; pixel < 4; pixel++) {
      const near = mask & (1 << pixel) ? ink : paper;
      for (let c = 0; c < 3; c++) error += ((cell[pixel * 3 + c] as number) - (near[c] as number)) ** 2;
    }
    // A later block must be clearly better: flat regions keep one glyph, and their edges do not shimmer.
    if (error < best.error - 1) best = { glyph, ink, paper, error };
  }
  return best;
}

function meanColour(cell: Float64Array, mask: number): number[] {
  const sum = [0, 0, 0];
  let count = 0;
  for (let pixel = 0; pixel < 4; pixel++) {
    if (!(mask & (1 << pixel))) continue;
    count++;
    for (let c = 0; c < 3; c++) sum[c] = (sum[c] as number) + (cell[pixel * 3 + c] as number);
  }
  return sum.map((value) => value / count);
}

function colour(code: 38 | 48, rgb: readonly number[], depth: ColourDepth): string {
  const [r, g, b] = rgb.map(Math.round) as [number, number, number];
  return depth === 24 ? `${code};2;${r};${g};${b}` : `${code};5;${paletteIndex(r, g, b)}`;
}

/** The nearest of the 256-colour palette's grey ramp and 6×6×6 cube. */
function paletteIndex(r: number, g: number, b: number): number {
  const level = (value: number) =>
    value < 48 ? 0 : value < 115 ? 1 : Math.min(5, Math.floor((value - 35) / 40));
  const steps = [0, 95, 135, 175, 215, 255];
  const cube = [level(r), level(g), level(b)] as const;
  const grey = Math.max(0, Math.min(23, Math.round(((r + g + b) / 3 - 8) / 10)));
  const distance = (x: number, y: number, z: number) => (x - r) ** 2 + (y - g) ** 2 + (z - b) ** 2;
  const cubeError = distance(steps[cube[0]] as number, steps[cube[1]] as number, steps[cube[2]] as number);
  const tone = 8 + 10 * grey;
  if (distance(tone, tone, tone) < cubeError) return 232 + grey;
  return 16 + 36 * cube[0] + 6 * cube[1] + cube[2];
}

function inShades(image: Pixels): string[] {
  const tones: number[][] = [];
  for (let y = 0; y + 1 < image.height; y += CELL.height) {
    const row: number[] = [];
    for (let x = 0; x + 1 < image.width; x += CELL.width) {
      let sum = 0;
      for (let pixel = 0; pixel < 4; pixel++) {
        const at = ((y + (pixel >> 1)) * image.width + x + (pixel & 1)) * 3;
        const [r, g, b] = image.data.subarray(at, at + 3) as unknown as [number, number, number];
        sum += (0.2126 * r + 0.7152 * g + 0.0722 * b) / 4;
      }
      row.push(sum);
    }
    tones.push(row);
  }
  const all = tones.flat();
  const low = Math.min(...all);
  const span = Math.max(1, Math.max(...all) - low);
  return tones.map((row) =>
    row.map((tone) => SHADES[Math.min(4, Math.floor(((tone - low) / span) * 5))]).join(''),
  );
}
