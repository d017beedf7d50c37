import type { Origin } from './source.ts';

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A JSON value that remembers where each part of it was written. */
export type Located = LocatedScalar | LocatedArray | LocatedObject;

export interface LocatedScalar {
  readonly kind: 'scalar';
  readonly value: null | boolean | number | string;
  readonly origin: Origin;
}

export interface LocatedArray {
  readonly kind: 'array';
  readonly items: readonly Located[];
  readonly origin: Origin;
}

export interface LocatedObject {
  readonly kind: 'object';
  readonly entries: ReadonlyMap<string, LocatedEntry>;
  readonly origin: Origin;
}

/** A property: the place of its key, and its value. */
export interface LocatedEntry {
  readonly key: Origin;
  readonly value: Located;
}

/** Steps from the root of a document to a value in it. */
export type Path = readonly (string | number)[];

/** The value without its positions. Keys named `__proto__` never occur: the reader refuses them. */
export function toJson(located: Located): Json {
  if (located.kind === 'scalar') return located.value;
  if (located.kind === 'array') return located.items.map(toJson);
  const json: { [key: string]: Json } = {};
  for (const [key, entry] of located.entries) json[key] = toJson(entry.value);
  return json;
}

/** The JSON pointer (RFC 6901) of a path. */
export function toPointer(path: Path): string {
  let pointer = '';
  for (const step of path) {
    const text = String(step);
    pointer += `/${/[~/]/.test(text) ? text.replaceAll('~', '~0').replaceAll('/', '~1') : text}`;
  }
  return pointer;
}

/** The path of a JSON pointer. */
export function fromPointer(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** A property's entry; undefined where `located` is no object or has no such key. */
export function entryOf(located: Located | undefined, key: string): LocatedEntry | undefined {
  return located?.kind === 'object' ? located.entries.get(key) : undefined;
}

/** A property's value; undefined where there is none. */
export function propertyOf(located: Located | undefined, key: string): Located | undefined {
  return entryOf(located, key)?.value;
}

/** A property's value where it is a string. */
export function stringOf(located: Located | undefined, key: string): string | undefined {
  const value = propertyOf(located, key);
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
}

/** The entries of an object property, in order; empty where there is none. */
export function entriesOf(located: Located | undefined): Iterable<[string, LocatedEntry]> {
  return located?.kind === 'object' ? located.entries : [];
}

/** The value at `path`, or the nearest value above it that exists. */
export function nearestAt(root: Located, path: Path): Located {
  let at = root;
  for (const step of path) {
    const next = childOf(at, step);
    if (!next) return at;
    at = next;
  }
  return at;
}

/** Whether there is a value at `path`. */
export function exists(root: Located, path: Path): boolean {
  let at: Located | undefined = root;
  for (const step of path) at = at && childOf(at, step);
  return at !== undefined;
}

function childOf(located: Located, step: string | number): Located | undefined {
  if (located.kind === 'object') return located.entries.get(String(step))?.value;
  return located.kind === 'array' ? located.items[Number(step)] : undefined;
}
