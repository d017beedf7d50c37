import { renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Face, sampleFace } from './face.ts';
import { encodePng } from './png.ts';
import { BACKGROUND_DEPTH, FIELD_OF_VIEW, HEAD_DEPTH, renderFace } from './render.ts';
import { FOLDERS, nameOf, type SetSettings } from './set.ts';
import { viewOf } from './view.ts';

/** The depths that black and white of a depth picture stand for: the range of canonical depth. */
export const DEPTH_RANGE = { black: BACKGROUND_DEPTH, white: 0.9 } as const;

/** What is written about a face: its parameters, and pose and light as the method has them. */
export interface FaceRecord extends Face {
  /** Turns about x, y, z in radians about (0, 0, 1), then the shift: what a view network would have to say. */
  readonly view: readonly number[];
  /** Ambient and diffuse strength and the direction’s slopes: shading = ambient + diffuse·max(0, n·l). */
  readonly lighting: {
    readonly ambient: number;
    readonly diffuse: number;
    readonly direction: readonly [number, number];
  };
  readonly camera: { readonly fov: number; readonly headDepth: number };
}

export function recordOf(face: Face): FaceRecord {
  const { ambient, total, x, y } = face.light;
  return {
    ...face,
    view: viewOf(face),
    lighting: { ambient, diffuse: total - ambient, direction: [x, y] },
    camera: { fov: FIELD_OF_VIEW, headDepth: HEAD_DEPTH },
  };
}

/** Depths [S,S] as numbers of 16 bits, near is light: d = black − value/65535·(black − white). */
export function encodeDepth(depth: Float32Array): Uint16Array {
  const { black, white } = DEPTH_RANGE;
  const scale = 65535 / (black - white);
  return Uint16Array.from(depth, (d) => Math.min(Math.max(Math.round((black - d) * scale), 0), 65535));
}

/**
 * Renders a face and writes its files into a set, each by renaming a whole one: a face that has them all is left as it
 * is. Says whether there was anything to do.
 */
export function writeFace(folder: string, index: number, { seed, size }: SetSettings): boolean {
  const name = nameOf(index);
  const at = (kind: keyof typeof FOLDERS, ending: string) => join(folder, FOLDERS[kind], `${name}.${ending}`);
  const parameters = at('parameters', 'json');
  const pictures = [at('image', 'png'), at('depth', 'png'), at('mask', 'png')] as const;
  if ([...pictures, parameters].every(isWritten)) return false;
  const face = sampleFace(seed, index);
  const { image, depth, mask } = renderFace(face, size);
  put(pictures[0], encodePng({ size, channels: 3, data: image }));
  put(pictures[1], encodePng({ size, channels: 1, data: encodeDepth(depth) }));
  put(pictures[2], encodePng({ size, channels: 1, data: mask }));
  put(parameters, `${JSON.stringify(recordOf(face))}\n`);
  return true;
}

/** Not flushed to the disk, unlike a checkpoint: where a crash of the machine leaves empty files, faces are made again. */
function put(file: string, content: Uint8Array | string): void {
  const temporary = `${file}.tmp`;
  writeFileSync(temporary, content);
  renameSync(temporary, file);
}

function isWritten(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
}
