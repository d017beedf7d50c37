import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

/** The images that a run of the fixture shows, in the order in which they appear. */
export const IMAGE_NAMES = ['input', 'reconstruction', 'depth', 'normals', 'albedo', 'side view'] as const;
export type ImageName = (typeof IMAGE_NAMES)[number];

/** How far a reconstruction has come: files are written for these. */
export const STATES = [0, 1, 2, 3] as const;

type Colour = readonly [red: number, green: number, blue: number];

/** Writes `<item>/<name>-<state>.png` for some items; small drawn faces, different for each item. */
export async function writeFaces(folder: string, options: { items: number; size?: number }): Promise<void> {
  const size = options.size ?? 96;
  for (let item = 0; item < options.items; item++) {
    await mkdir(join(folder, faceFolder(item)), { recursive: true });
    for (const state of STATES) {
      for (const name of IMAGE_NAMES) {
        const data = paint(size, (x, y) => pixel(name, x, y, item, state / 3));
        await sharp(data, { raw: { width: size, height: size, channels: 3 } })
          .png()
          .toFile(join(folder, facePath(item, name, state)));
      }
    }
  }
}

export function facePath(item: number, name: ImageName, state: number): string {
  return `${faceFolder(item)}/${name.replace(' ', '-')}-${state}.png`;
}

function faceFolder(item: number): string {
  return `images/${item}`;
}

function paint(size: number, at: (x: number, y: number) => Colour): Uint8Array {
  const data = new Uint8Array(size * size * 3);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const colour = at((2 * column + 1) / size - 1, (2 * row + 1) / size - 1);
      data.set(
        colour.map((value) => Math.max(0, Math.min(255, Math.round(value * 255)))),
        (row * size + column) * 3,
      );
    }
  }
  return data;
}

/** Height of the face above the background at a point of [-1, 1]², 0 outside: a head with a nose and eye sockets. */
function height(x: number, y: number, detail: number): number {
  const head = 1 - (x / 0.68) ** 2 - ((y - 0.05) / 0.88) ** 2;
  if (head <= 0) return 0;
  const blob = (cx: number, cy: number, rx: number, ry: number) =>
    Math.exp(-(((x - cx) / rx) ** 2) - ((y - cy) / ry) ** 2);
  const nose = 0.34 * blob(0, 0.12, 0.1, 0.24);
  const sockets = 0.16 * (blob(-0.27, -0.12, 0.15, 0.1) + blob(0.27, -0.12, 0.15, 0.1));
  const lips = 0.08 * blob(0, 0.48, 0.22, 0.07);
  return Math.sqrt(head) * 0.8 + detail * (nose - sockets + lips);
}

function normal(x: number, y: number, detail: number): Colour {
  const e = 0.02;
  const dx = (height(x + e, y, detail) - height(x - e, y, detail)) / (2 * e);
  const dy = (height(x, y + e, detail) - height(x, y - e, detail)) / (2 * e);
  const length = Math.hypot(dx, dy, 1);
  return [-dx / length, -dy / length, 1 / length];
}

function albedo(x: number, y: number, item: number): Colour {
  const skin = [
    [0.86, 0.66, 0.54],
    [0.55, 0.38, 0.28],
    [0.93, 0.78, 0.68],
  ][item % 3] as unknown as Colour;
  const hair = [
    [0.25, 0.15, 0.08],
    [0.08, 0.06, 0.06],
    [0.62, 0.45, 0.2],
  ][item % 3] as unknown as Colour;
  if (height(x, y, 0) <= 0)
    return (x / 0.82) ** 2 + ((y + 0.1) / 0.95) ** 2 < 1 && y < 0.3 ? hair : [0.28, 0.36, 0.46];
  if (y < -0.5 + 0.25 * Math.abs(x)) return hair;
  const inside = (cx: number, cy: number, rx: number, ry: number) =>
    ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1;
  for (const side of [-1, 1]) {
    if (inside(side * 0.27, -0.12, 0.055, 0.07)) return [0.12, 0.2, 0.3];
    if (inside(side * 0.27, -0.12, 0.13, 0.075)) return [0.95, 0.95, 0.93];
    if (inside(side * 0.27, -0.29, 0.17, 0.035)) return hair;
  }
  if (inside(0, 0.48, 0.22, 0.065)) return [0.72, 0.28, 0.28];
  return skin;
}

function shade(x: number, y: number, item: number, detail: number): Colour {
  const [nx, ny, nz] = normal(x, y, detail);
  const light = 0.45 + 0.62 * Math.max(0, -0.45 * nx - 0.35 * ny + 0.82 * nz);
  return albedo(x, y, item).map((value) => value * light) as unknown as Colour;
}

function pixel(name: ImageName, x: number, y: number, item: number, share: number): Colour {
  switch (name) {
    case 'input':
      return shade(x, y, item, 1);
    case 'reconstruction': {
      const blur = 0.12 * (1 - share);
      const around = [-blur, 0, blur].flatMap((dx) =>
        [-blur, 0, blur].map((dy) => shade(x + dx, y + dy, item, share)),
      );
      return [0, 1, 2].map(
        (c) => around.reduce((sum, colour) => sum + (colour[c] as number), 0) / 9,
      ) as unknown as Colour;
    }
    case 'depth': {
      const tone = 0.1 + 0.8 * height(x, y, share);
      return [tone, tone, tone];
    }
    case 'normals':
      return normal(x, y, share).map((value) => value / 2 + 0.5) as unknown as Colour;
    case 'albedo':
      return albedo(x, y, item);
    default: {
      // A turn of the head, to first order: what lies higher moves further.
      const moved = x - 0.35 * height(x - 0.15, y, share);
      return shade(moved, y, item, share);
    }
  }
}
