import { isAbsolute, join } from 'node:path';
import { useEffect, useRef, useState } from 'react';
import { cellsFor, loadPicture } from './load-picture.ts';
import { drawPicture } from './picture.ts';
import type { ShownImage } from './run-view.ts';
import type { ColourDepth } from './style.ts';

/** A picture that is ready to be shown. */
export interface Picture {
  readonly rows: readonly string[];
  readonly columns: number;
  /** Why there is none, where the file could not be read. */
  readonly fault?: string;
}

interface Slot {
  key: string;
  picture?: Picture;
}

export interface PictureOptions {
  readonly folder: string;
  readonly depth: ColourDepth;
  /** The box of each picture, in cells. */
  readonly columns: number;
  readonly rows: number;
}

/**
 * The pictures of the given images, by name, read and scaled in the background. While a new version of an image is
 * read, the old one stays. Only the given images are held.
 */
export function usePictures(
  images: readonly ShownImage[],
  options: PictureOptions,
): ReadonlyMap<string, Picture> {
  const slots = useRef(new Map<string, Slot>());
  const mounted = useRef(true);
  const [, redraw] = useState(0);
  const { folder, depth, columns, rows } = options;
  const keys = images.map((image) => `${image.path}\n${image.time}\n${columns}×${rows}×${depth}`);

  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the keys say all that changes
  useEffect(() => {
    const names = new Set(images.map((image) => image.name));
    for (const name of slots.current.keys()) if (!names.has(name)) slots.current.delete(name);
    for (const [index, image] of images.entries()) {
      const key = keys[index] as string;
      const slot = slots.current.get(image.name);
      if (slot?.key === key || columns < 1 || rows < 1) continue;
      const next: Slot = slot?.picture ? { key, picture: slot.picture } : { key };
      slots.current.set(image.name, next);
      void draw(image, options).then((picture) => {
        // A newer version may have been asked for meanwhile: its slot has replaced this one.
        if (!mounted.current || slots.current.get(image.name) !== next) return;
        next.picture = picture;
        redraw((count) => count + 1);
      });
    }
  }, [folder, keys.join('\n')]);

  const ready = new Map<string, Picture>();
  for (const [name, slot] of slots.current) {
    if (slot.picture && slot.picture.columns <= columns && slot.picture.rows.length <= rows)
      ready.set(name, slot.picture);
  }
  return ready;
}

async function draw(image: ShownImage, options: PictureOptions): Promise<Picture> {
  const file = isAbsolute(image.path) ? image.path : join(options.folder, image.path);
  const cells = cellsFor(image, options);
  try {
    const pixels = await loadPicture(file, cells);
    return { rows: drawPicture(pixels, options.depth), columns: cells.columns };
  } catch (error) {
    return { rows: [], columns: 0, fault: error instanceof Error ? error.message : String(error) };
  }
}
