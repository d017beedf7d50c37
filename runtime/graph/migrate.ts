import type { Reporter } from './errors.ts';
import { entryOf, type Located } from './located.ts';

/** The format that this program writes and the newest that it reads. */
export const FORMAT_VERSION = 1;

/**
 * Rewrites a document of the version that is its key into the next version. Documents are migrated file by file,
 * before `extends` is resolved, so that a new variant may extend an old graph. Values that a migration keeps keep
 * their places; values that it makes take the origin of what they replace.
 */
export type Migrations = { readonly [from: number]: (document: Located) => Located };

/** Version 1 is the first format: nothing is older. */
export const MIGRATIONS: Migrations = {};

/**
 * Checks a file's `formatVersion` and brings the document to `target`. Reports a missing, unusable or newer version;
 * returns undefined where the document cannot be understood.
 */
export function migrate(
  document: Located,
  report: Reporter,
  { migrations = MIGRATIONS, target = FORMAT_VERSION }: { migrations?: Migrations; target?: number } = {},
): Located | undefined {
  if (document.kind !== 'object') {
    const found = document.kind === 'array' ? 'an array' : JSON.stringify(document.value);
    report.add('wrong-type', document.origin, { found, expected: 'an object: a graph document' });
    return undefined;
  }
  const stated = entryOf(document, 'formatVersion')?.value;
  const pointer = '/formatVersion';
  if (!stated) {
    const start = { ...document.origin, length: 1 };
    report.add('missing-key', start, { pointer, expected: `"formatVersion": ${target}` });
    return document;
  }
  const version = stated.kind === 'scalar' ? stated.value : undefined;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    const found = version === undefined ? `an ${stated.kind}` : JSON.stringify(version);
    report.add('wrong-type', stated.origin, { pointer, found, expected: 'a whole number of at least 1' });
    return document;
  }
  if (version > target) {
    report.add('format-newer', stated.origin, { pointer, found: String(version), expected: String(target) });
    return undefined;
  }
  let migrated: Located = document;
  for (let at = version; at < target; at++) {
    const step = migrations[at];
    if (!step) throw new Error(`No migration of the graph format from version ${at}`);
    migrated = step(migrated);
  }
  return version === target ? migrated : withVersion(migrated, target);
}

function withVersion(document: Located, version: number): Located {
  const stated = entryOf(document, 'formatVersion');
  if (document.kind !== 'object' || !stated) return document;
  const value: Located = { kind: 'scalar', value: version, origin: stated.value.origin };
  return { ...document, entries: new Map(document.entries).set('formatVersion', { key: stated.key, value }) };
}
