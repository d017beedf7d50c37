import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageFolder } from '../runtime/package-folder.ts';

/** The version of this package. */
export function packageVersion(): string {
  return versionIn(join(packageFolder(), 'package.json')) ?? 'unknown';
}

/** The version of an installed package; undefined where it is not installed. */
export function installedVersion(name: string): string | undefined {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  const file = folders.map((folder) => join(folder, name, 'package.json')).find((path) => existsSync(path));
  return file && versionIn(file);
}

function versionIn(file: string): string | undefined {
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version?: string };
  return version;
}
