import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package: of the package.json above this file, the same from the sources and from dist/. */
export function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** Folders of the package that graphs name files in: shipped weights and faces. */
const SHIPPED = ['models', 'data'];

/**
 * Where a path of a graph leads: from `folder`, or, when nothing is there, to what ships with the package. So the
 * official graphs run from anywhere.
 */
export function pathFrom(folder: string, path: string): string {
  const own = resolve(folder, path);
  if (isAbsolute(path) || existsSync(own)) return own;
  const shipped = join(packageFolder(), path);
  const [top = ''] = relative(packageFolder(), shipped).split(sep);
  return SHIPPED.includes(top) && existsSync(shipped) ? shipped : own;
}
