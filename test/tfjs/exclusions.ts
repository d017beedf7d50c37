import { readFileSync } from 'node:fs';

/** A listed failure: why, and whether even running it must be avoided (it would crash the process). */
export interface Exclusion {
  readonly pattern: string;
  readonly reason: string;
  readonly skip: boolean;
}

/** What the exclusions file says about one backend. */
export interface Exclusions {
  /** Files that test no operation of a backend, so that their specs never run: glob of the file, reason. */
  readonly files: readonly Exclusion[];
  /** Data types the backend does not hold: specs that need them and fail are not applicable. */
  readonly dtypes: ReadonlyMap<string, string>;
  /** Specs that fail. */
  readonly specs: readonly Exclusion[];
}

/** The file's form: `*` in a pattern stands for any text; specs are `file: full name`, per backend. */
interface ExclusionsFile {
  files: Record<string, string>;
  backends: Record<
    string,
    { dtypes?: Record<string, string>; specs?: Record<string, string | { reason: string; skip: boolean }> }
  >;
}

/** Reads the exclusions of `backend`. Throws when a reason is empty. */
export function readExclusions(path: string | URL, backend: string): Exclusions {
  return parseExclusions(JSON.parse(readFileSync(path, 'utf8')) as ExclusionsFile, backend);
}

/** Takes the exclusions of `backend` from the file's content. Throws when a reason is empty. */
export function parseExclusions(content: ExclusionsFile, backend: string): Exclusions {
  const own = content.backends[backend] ?? {};
  return {
    files: entries(content.files),
    dtypes: new Map(Object.entries(own.dtypes ?? {})),
    specs: entries(own.specs ?? {}),
  };
}

/** The first exclusion whose pattern matches the whole of `text`. */
export function findExclusion(list: readonly Exclusion[], text: string): Exclusion | undefined {
  return list.find(({ pattern }) => matches(pattern, text));
}

/** Whether `pattern`, in which `*` stands for any text, matches the whole of `text`. */
export function matches(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === text;
  const last = rest.pop() ?? '';
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

function entries(record: Record<string, string | { reason: string; skip: boolean }>): Exclusion[] {
  return Object.entries(record).map(([pattern, value]) => {
    const { reason, skip } = typeof value === 'string' ? { reason: value, skip: false } : value;
    if (reason.trim() === '') throw new Error(`The exclusion '${pattern}' has no reason`);
    return { pattern, reason, skip };
  });
}
