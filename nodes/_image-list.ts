import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Type } from 'typebox';
import type { HostTensor } from '../runtime/engine/host-op.ts';
import {
  type ImageSize,
  imageSize,
  type Raster,
  rasterToTensor,
  readImage,
} from '../runtime/formats/image.ts';
import { cropRaster, resizeRaster } from '../runtime/formats/image-resample.ts';
import { openCheckpoint } from '../runtime/formats/index.ts';
import { readText } from '../runtime/formats/regular-file.ts';
import type { HostContext } from '../runtime/node.ts';
import { depthRange } from './_camera.ts';

/** Parameters of sources that read the pictures of a list or folder. */
export const pictureListParams = (size: number) => ({
  images: Type.String({ description: 'Folder of the images', default: '' }),
  list: Type.String({
    description:
      'Text file with the name of an image in each line; empty for all images of the folder by name',
    default: '',
  }),
  size: Type.Integer({
    description: 'Side of the images in pixels',
    default: size,
    minimum: 2,
    maximum: 4096,
  }),
  crop: Type.Integer({
    description: 'Side of the square that is cut out of the middle before resizing; 0 for none',
    default: 0,
    minimum: 0,
  }),
});

/** Parameters of sources that read images of a list, with what belongs to them. */
export const imageListParams = () => ({
  ...pictureListParams(128),
  latents: Type.String({
    description: 'Folder of the latents: files of PyTorch (.pt) with the names of the images; empty for none',
    default: '',
  }),
  latent: Type.Integer({ description: 'Length of a latent', default: 512, minimum: 1 }),
  depths: Type.String({
    description:
      'Folder of the true depth maps: pictures with the names of the images, near is light; empty for none',
    default: '',
  }),
  views: Type.String({
    description:
      'Folder of the true views: JSON files with the names of the images and six numbers as `view`, as gan2shape ' +
      'synface writes them; empty for none',
    default: '',
  }),
  ...depthRange(),
});

/** The parameters of {@link pictureListParams}. */
export interface PictureList {
  readonly images: string;
  readonly list: string;
  readonly size: number;
  readonly crop: number;
}

/** The parameters of {@link imageListParams}. */
export interface ImageList extends PictureList {
  readonly latents: string;
  readonly latent: number;
  readonly depths: string;
  readonly views: string;
  readonly minDepth: number;
  readonly maxDepth: number;
}

/** What {@link loadEntry} gives; NaN where the list has no such folder, so that using it is noticed at once. */
export interface LoadedEntry {
  /** [1,S,S,3]. */
  readonly image: HostTensor;
  /** [1,L]. */
  readonly latent: HostTensor;
  /** [1,S,S]. */
  readonly depth: HostTensor;
  /** [1,6]. */
  readonly view: HostTensor;
}

type Resolve = HostContext['resolve'];

const IMAGE = /\.(png|jpe?g|webp|gif)$/i;
/** Lists longer than this are checked by headers alone: decoding all would take minutes. */
const DECODED = 2000;
/** Length of a view: three rotations in radians, three shifts in scene units. */
const VIEW = 6;
/** Problems that are listed; of more, the number is given. */
const LISTED = 20;

/** The names of the images. @throws Error where there is no list, no folder, or nothing in it */
export async function listNames(
  { images, list }: Pick<PictureList, 'images' | 'list'>,
  resolve: Resolve,
): Promise<readonly string[]> {
  if (images === '') throw new Error('the parameter "images" names no folder');
  const source = resolve(list || images);
  const names = list
    ? textIn(source)
        .split(/\r?\n/)
        .flatMap((line) => line.trim().split(/\s+/)[0] || [])
    : (await readdir(source).catch((cause) => unreadable(source, cause)))
        .filter((name) => IMAGE.test(name))
        .sort();
  if (names.length === 0) throw new Error(`${source} ${list ? 'lists' : 'has'} no images`);
  return names;
}

/**
 * Checks that everything of a list can be read: pictures are decoded, of very long lists only their headers.
 * @throws Error that lists every problem
 */
export async function expectReadable(
  list: ImageList,
  names: readonly string[],
  resolve: Resolve,
): Promise<void> {
  const problems: string[] = [];
  const attempt = (check: Promise<unknown>) => check.catch((cause) => problems.push(messageOf(cause)));
  const sizeOf: (file: string) => Promise<ImageSize> = names.length > DECODED ? imageSize : readImage;
  const checked = async (file: string) => expectSquare(list, file, await sizeOf(file));
  for (const name of names) {
    await attempt(checked(resolve(join(list.images, name))));
    if (list.depths) await attempt(checked(resolve(join(list.depths, name))));
    if (list.latents) await attempt(readLatent(list, name, resolve));
    if (list.views) await attempt(readView(list, name, resolve));
  }
  if (problems.length === 0) return;
  const more = problems.length > LISTED ? `\n  and ${problems.length - LISTED} more` : '';
  throw new Error(`${problems.length} problems:\n  ${problems.slice(0, LISTED).join('\n  ')}${more}`);
}

/** Checks that a picture gives a square. @throws Error that names the file */
function expectSquare({ crop }: PictureList, file: string, { width, height }: ImageSize): void {
  if (crop > Math.min(width, height)) {
    throw new Error(`${file}: the crop of ${crop}×${crop} exceeds its ${width}×${height} pixels`);
  }
  if (crop === 0 && width !== height) {
    throw new Error(`${file}: it has ${width}×${height} pixels and is no square; give a crop`);
  }
}

/** A picture of a list, cut and resized. @throws ImageError, and Error where it gives no square */
export async function readPicture(list: PictureList, name: string, resolve: Resolve): Promise<Raster> {
  const file = resolve(join(list.images, name));
  const raster = await readImage(file);
  expectSquare(list, file, raster);
  return fitted(list, raster);
}

/** Loads an image, its latent, its true depth and its true view. @throws ImageError, CheckpointError */
export async function loadEntry(list: ImageList, name: string, resolve: Resolve): Promise<LoadedEntry> {
  const { size, minDepth, maxDepth } = list;
  const image = rasterToTensor(await readPicture(list, name, resolve));
  const depth = list.depths
    ? fitted(list, await readImage(resolve(join(list.depths, name)), { colour: 'grey' }))
    : undefined;
  return {
    image: { shape: [1, size, size, 3], data: image.data },
    latent: {
      shape: [1, list.latent],
      data: list.latents
        ? await readLatent(list, name, resolve)
        : new Float32Array(list.latent).fill(Number.NaN),
    },
    depth: {
      shape: [1, size, size],
      data: depth
        ? Float32Array.from(depth.data, (value) => maxDepth - (value / depth.white) * (maxDepth - minDepth))
        : new Float32Array(size * size).fill(Number.NaN),
    },
    view: {
      shape: [1, VIEW],
      data: list.views ? await readView(list, name, resolve) : new Float32Array(VIEW).fill(Number.NaN),
    },
  };
}

function fitted({ crop, size }: PictureList, raster: Raster): Raster {
  return resizeRaster(crop > 0 ? cropRaster(raster, crop) : raster, { width: size, height: size });
}

/** A file with one latent [L] or [1,L], bare or under the key `latent`. */
async function readLatent(list: ImageList, name: string, resolve: Resolve): Promise<Float32Array> {
  const path = resolve(join(list.latents, name.replace(/\.\w+$/, '.pt')));
  await stat(path).catch((cause) => unreadable(path, cause));
  const file = await openCheckpoint(path);
  try {
    const tensors = file.tensors();
    const entry = tensors.find((tensor) => tensor.name === 'latent') ?? tensors[0];
    const shape = entry?.shape ?? [];
    if (
      !entry ||
      (shape.length === 2 && shape[0] !== 1) ||
      shape.length > 2 ||
      shape.at(-1) !== list.latent
    ) {
      throw new Error(
        `${path}: expected a latent [${list.latent}], found ${entry ? `[${shape}]` : 'no tensor'}`,
      );
    }
    return (await file.read(entry.name, { dtype: 'float32' })).data;
  } finally {
    file.close();
  }
}

/** A file with one view. */
async function readView(list: ImageList, name: string, resolve: Resolve): Promise<Float32Array> {
  const path = resolve(join(list.views, name.replace(/\.\w+$/, '.json')));
  const view = viewIn(textIn(path));
  if (!view) throw new Error(`${path}: expected JSON with ${VIEW} numbers as "view"`);
  return Float32Array.from(view);
}

function viewIn(text: string): readonly number[] | undefined {
  try {
    const { view } = JSON.parse(text) as { readonly view?: unknown };
    return Array.isArray(view) && view.length === VIEW && view.every(Number.isFinite) ? view : undefined;
  } catch {
    return undefined;
  }
}

function textIn(path: string): string {
  try {
    return readText(path);
  } catch (cause) {
    return unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): never {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT') throw new Error(`${path}: there is no such file or folder`, { cause });
  const message = messageOf(cause);
  throw new Error(message.includes(path) ? message : `${path}: ${message}`, { cause });
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
