import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseEvents } from '../runtime/run/event-log.ts';
import { RunFolder } from '../runtime/run/folder.ts';

/** What was found for one picture. Paths are relative to the folder of the run. */
export interface Projection {
  readonly item: string;
  /** The latent, under the name and in the form that sources of images read. */
  readonly latent: string;
  /** The picture as the GAN was to draw it. */
  readonly image: string;
  /** The picture beside its projection. */
  readonly beforeAfter: string;
  /** In decibels, of the projection against the picture. */
  readonly psnr: number | undefined;
}

/** Which of its nodes write what, in graphs of projection, and where it goes. */
const FILES = {
  latentFile: { key: 'latent', folder: 'latents', ending: '.pt' },
  imageFile: { key: 'image', folder: 'inputs', ending: '.png' },
  beforeAfterFile: { key: 'beforeAfter', folder: 'projections', ending: '.png' },
} as const;

/**
 * Lays what a run of a graph of projection has found so far side by side, named like the pictures: `inputs/` and
 * `latents/` in its folder are what source/image-folder takes, `projections/` shows both.
 */
export async function collectProjections(run: string): Promise<Projection[]> {
  const folder = new RunFolder(run);
  const events = parseEvents(await readFile(folder.events, 'utf8'));
  const found = new Map<string, { latent?: string; image?: string; beforeAfter?: string; psnr?: number }>();
  for (const event of events) {
    if (event.kind !== 'file' && event.kind !== 'image' && event.kind !== 'metric') continue;
    const item = found.get(event.item) ?? {};
    found.set(event.item, item);
    if (event.kind === 'metric') {
      if (event.name === 'psnr') item.psnr = event.value;
      continue;
    }
    const file = FILES[event.node as keyof typeof FILES];
    if (file) item[file.key] = event.path;
  }
  const projections: Projection[] = [];
  for (const [item, { latent, image, beforeAfter, psnr }] of found) {
    // The latent is what comes last: what has none is not done.
    if (!latent || !image || !beforeAfter) continue;
    const paths = { latent, image, beforeAfter };
    const copies: Record<string, string> = {};
    for (const { key, folder: into, ending } of Object.values(FILES)) {
      const target = join(folder.path, into, `${item.replaceAll(/[\\/]/g, '_')}${ending}`);
      await mkdir(join(folder.path, into), { recursive: true });
      await copyFile(join(folder.path, paths[key]), target);
      copies[key] = relative(folder.path, target);
    }
    projections.push({ item, ...(copies as unknown as typeof paths), psnr });
  }
  return projections;
}
