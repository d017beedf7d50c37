import { messageOf } from '../run/errors.ts';
import type { Budget } from './budget.ts';
import { rankOf } from './captions.ts';
import { readRunFile } from './files.ts';
import { readGlb } from './glb.ts';
import type { ItemHistory } from './history.ts';
import { packMesh } from './pack-mesh.ts';
import { dataUri, type Picture, toPicture } from './picture.ts';
import type { ReportedRun } from './read-run.ts';
import type { PackedMesh } from './viewer/packed-mesh.ts';

export interface ShownPicture extends Picture {
  readonly name: string;
  readonly path: string;
  /** Earlier ones of the same sink, oldest first. */
  readonly earlier: ShownPicture[];
}

export interface Shape {
  readonly path: string;
  readonly mesh: PackedMesh;
  /** The picture on the surface as a data URI. */
  readonly texture: string;
}

/** What the page holds of an item's files. */
export interface ItemAssets {
  readonly pictures: ShownPicture[];
  shape?: Shape;
}

export type Assets = ReadonlyMap<string, ItemAssets>;

/** Pictures of names up to this rank come before shapes where room is short: input, maps. */
const ESSENTIAL = rankOf('depth');
const EARLIER = 5;
/** A pixel of grey, for shapes that bring no picture. */
const GREY =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNorGv6DwAGWALyfTvsLAAAAABJRU5ErkJggg==';

type Load = () => Promise<void>;

/**
 * Reads the pictures and shapes of a run, as many as fit: for every item first its main pictures, then its shape, then
 * the other pictures, at last what pictures looked like earlier. What is missing or damaged is noted and left out.
 */
export async function collectAssets(
  { folder, history }: ReportedRun,
  items: readonly ItemHistory[],
  budget: Budget,
): Promise<Assets> {
  const assets = new Map<string, ItemAssets>(items.map(({ name }) => [name, { pictures: [] }]));
  const ranks: [Load[], Load[], Load[], Load[]] = [[], [], [], []];
  const attempt = async (path: string, what: string, load: (bytes: Buffer) => Promise<void>) => {
    try {
      await load(await readRunFile(folder.path, path));
    } catch (cause) {
      budget.refuse(path, what, messageOf(cause));
    }
  };
  for (const item of items) {
    const own = assets.get(item.name) as ItemAssets;
    const show = (name: string, path: string, into: ShownPicture[]) =>
      attempt(path, 'picture', async (bytes) => {
        const picture = await toPicture(bytes);
        const size = picture.uri.length + (picture.still?.length ?? 0);
        const what = picture.still ? 'animation' : 'picture';
        if (budget.take(size, { path, what })) into.push({ ...picture, name, path, earlier: [] });
      });
    for (const { name, paths } of item.pictures.values()) {
      const path = paths.at(-1) as string;
      ranks[rankOf(name) <= ESSENTIAL ? 0 : 2].push(() => show(name, path, own.pictures));
      const before = spreadOver(paths.slice(0, -1), EARLIER);
      ranks[3].push(async () => {
        const shown = own.pictures.find((picture) => picture.path === path);
        for (const earlier of shown ? before : []) await show(name, earlier, shown?.earlier ?? []);
      });
    }
    const files = [...item.files.keys()];
    for (const path of files.filter(isAnimation)) {
      ranks[2].push(() => show(nameOf(path), path, own.pictures));
    }
    const mesh = files.findLast((path) => path.endsWith('.glb'));
    if (mesh === undefined) continue;
    ranks[1].push(() =>
      attempt(mesh, 'shape', async (bytes) => {
        const glb = readGlb(bytes);
        const packed = packMesh(glb);
        const texture = glb.texture
          ? (await toPicture(glb.texture)).uri
          : dataUri('image/png', Buffer.from(GREY, 'base64'));
        if (budget.take(packed.data.length + texture.length, { path: mesh, what: 'shape' })) {
          own.shape = { path: mesh, mesh: packed, texture };
        }
      }),
    );
  }
  for (const loads of ranks) for (const load of loads) await load();
  const order = [...history.items.values()].flatMap((item) =>
    [...item.pictures.values()].map(({ name }) => name),
  );
  for (const { pictures } of assets.values()) {
    pictures.sort((a, b) => rankOf(a.name) - rankOf(b.name) || order.indexOf(a.name) - order.indexOf(b.name));
  }
  return assets;
}

const isAnimation = (path: string): boolean => /\.(webp|gif)$/i.test(path);

/** `rotation` of `images/face/rotation/rotation-000300.webp`. */
function nameOf(path: string): string {
  return (path.split('/').at(-1) as string).replace(/\.\w+$/, '').replace(/-\d{4,}$/, '');
}

/** At most `count` of a list, evenly from its first to its last. */
function spreadOver<T>(list: readonly T[], count: number): T[] {
  if (list.length <= count) return [...list];
  return Array.from(
    { length: count },
    (_, i) => list[Math.round((i * (list.length - 1)) / (count - 1))] as T,
  );
}
