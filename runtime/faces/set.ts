import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../formats/atomic.ts';
import { makeFolder } from '../formats/make-folder.ts';
import { readText } from '../formats/regular-file.ts';
import { RunError } from '../run/errors.ts';

/** What decides every byte of a set, its count aside. */
export interface SetSettings {
  readonly seed: number;
  readonly size: number;
}

/** A folder of faces: what is to be in it. */
export interface SetOptions extends SetSettings {
  readonly folder: string;
  readonly count: number;
}

/** The version of the faces: it grows whenever the same seed gives other pictures. */
export const FACES_VERSION = 1;
/** The folders of a set, by what is in them. */
export const FOLDERS = { image: 'image', depth: 'depth', mask: 'mask', parameters: 'parameters' } as const;
/** Says what a folder is a set of. */
const RECORD = 'synface.json';

export const LIMITS = { count: 1_000_000, size: [16, 512], threads: 256 } as const;

/** The name of face number `index`, without an ending. */
export function nameOf(index: number): string {
  return String(index).padStart(6, '0');
}

/** Refuses settings that no set has, and threads that no machine has, all at once. @throws RunError bad-option */
export function expectSettings({
  count,
  size,
  seed,
  threads,
}: Omit<SetOptions, 'folder'> & { readonly threads: number }): void {
  const wrong = [
    ...notWhole('--count', count, [1, LIMITS.count]),
    ...notWhole('--size', size, LIMITS.size),
    ...notWhole('--seed', seed, [0, Number.MAX_SAFE_INTEGER]),
    ...notWhole('--threads', threads, [1, LIMITS.threads]),
  ];
  if (wrong.length > 0) throw new RunError('bad-option', wrong.join('\n'));
}

function notWhole(option: string, value: number, [least, most]: readonly [number, number]): string[] {
  if (Number.isInteger(value) && value >= least && value <= most) return [];
  return [`${option} is ${value}, expected a whole number from ${least} to ${most}`];
}

/**
 * Makes the folder of a set, or opens one that was begun with the same settings.
 * @throws RunError folder-in-use where there is something else in it, write-failed where it cannot be made
 */
export async function openSet({ folder, seed, size }: SetOptions): Promise<void> {
  const settings = { format: 'synface', version: FACES_VERSION, seed, size };
  const record = join(folder, RECORD);
  try {
    makeFolder(folder);
    if (existsSync(record)) expectSame(record, settings);
    else if (readdirSync(folder).length > 0) {
      const hint = 'Choose another folder with --out, or empty this one.';
      throw new RunError('folder-in-use', `${folder} is not empty and holds no set of faces`, { hint });
    } else await writeFileAtomic(record, [Buffer.from(`${JSON.stringify(settings, null, 2)}\n`)]);
    for (const name of Object.values(FOLDERS)) mkdirSync(join(folder, name), { recursive: true });
  } catch (cause) {
    if (cause instanceof RunError) throw cause;
    throw notWritable(folder, cause);
  }
}

function expectSame(record: string, settings: Readonly<Record<string, string | number>>): void {
  let found: Partial<Record<string, unknown>> = {};
  try {
    found = JSON.parse(readText(record)) ?? {};
  } catch {
    throw new RunError('folder-in-use', `${record} cannot be read`, {
      hint: 'Choose another folder with --out, or empty this one.',
    });
  }
  for (const [name, wanted] of Object.entries(settings)) {
    if (found[name] === wanted) continue;
    const message = `${record}: the faces there have ${name} ${JSON.stringify(found[name])}, not ${wanted}`;
    throw new RunError('folder-in-use', message, {
      hint: 'Choose another folder with --out, or give the same options to go on with that set.',
    });
  }
}

function notWritable(folder: string, cause: unknown): RunError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RunError(
    'bad-option',
    `${folder} cannot be written to: ${reason}`,
    { hint: 'Choose another folder with --out.' },
    { cause },
  );
}
