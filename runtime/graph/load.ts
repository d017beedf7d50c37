import { existsSync, readdirSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { readText } from '../formats/regular-file.ts';
import { packageFolder } from '../package-folder.ts';
import { canonicalJson, hashJson } from './canonical.ts';
import { type GraphError, Reporter } from './errors.ts';
import type { JsonObject, Located, LocatedObject } from './located.ts';
import { propertyOf } from './located.ts';
import { mergePatch } from './merge.ts';
import { migrate } from './migrate.ts';
import { override } from './override.ts';
import { readJson } from './read.ts';
import { referencesIn } from './resolved.ts';
import { parseSet } from './set.ts';
import type { Origin, Source } from './source.ts';

/** Reads a graph file's text; throws an error whose message says why it cannot. */
export type ReadText = (path: string) => string;

export interface LoadOptions {
  /** Overrides, each `path.to.value=JSON`, applied last and in order. */
  readonly set?: readonly string[];
  /** Where named graphs are; by default the package's own `graphs/`. */
  readonly graphsFolder?: string;
  /** Reads a file; by default from the disk, as strict UTF-8. */
  readonly read?: ReadText;
}

/** A document with its `extends` chain and overrides resolved, not yet checked. */
export interface LoadedGraph {
  /** The file it was asked for, absolute. */
  readonly file: string;
  /** Undefined where reading failed; then `errors` says why. */
  readonly document?: LocatedObject;
  /** Everything that the document was made of, the named file first, then its bases. */
  readonly sources: readonly Source[];
  /** The settings that any of the files refers to, whether or not another file replaces that place. */
  readonly references: ReadonlySet<string>;
  readonly errors: readonly GraphError[];
}

/**
 * Reads a graph and everything it extends.
 *
 * `graph` is a path, or the name of an official graph (`gan2shape` is `graphs/gan2shape.json`). Merging follows JSON
 * Merge Patch: bases first, each file over its base, then the overrides. Never throws for a wrong document: the
 * errors are in the result.
 */
export function loadGraph(graph: string, options: LoadOptions = {}): LoadedGraph {
  const read = options.read ?? readText;
  const folder = options.graphsFolder ?? join(packageFolder(), 'graphs');
  const report = new Reporter();
  const sources: Source[] = [];
  const documents: Located[] = [];
  const chain: string[] = [];
  let file = locateGraph(graph, process.cwd(), folder);
  let asked: Origin | undefined;
  const entry = file;
  let whole = false;
  for (;;) {
    let text: string;
    try {
      text = read(file);
    } catch (error) {
      reportUnread(report, graph, { asked, folder, error });
      break;
    }
    const source: Source = { name: displayName(file), text };
    sources.push(source);
    chain.push(file);
    const raw = readJson(source, report);
    const document = raw && migrate(raw, report);
    if (!document) break;
    documents.unshift(document);
    const base = propertyOf(document, 'extends');
    whole = !base;
    if (!base) break;
    if (base.kind !== 'scalar' || typeof base.value !== 'string' || base.value === '') {
      const expected = 'the path or name of a graph';
      report.add('wrong-type', base.origin, { pointer: '/extends', found: describe(base), expected });
      break;
    }
    asked = base.origin;
    file = locateGraph(base.value, dirname(file), folder);
    const seen = chain.indexOf(file);
    if (seen >= 0) {
      const found = [...chain.slice(seen), file].map(displayName).join(' → ');
      report.add('extends-cycle', asked, { pointer: '/extends', found });
      break;
    }
  }
  const { set = [] } = options;
  const merged = whole ? merge(documents, set, report) : undefined;
  // without a document, what is wrong with the overrides themselves
  if (!merged) for (const argument of set) parseSet(argument, report);
  return {
    file: entry,
    ...(merged && { document: merged }),
    sources,
    references: new Set(documents.flatMap(referencesIn)),
    errors: report.errors,
  };
}

/**
 * Loads a document that is at hand as a value, such as the resolved graph of a run in another thread. `name` stands
 * for its file in errors; what it extends is relative to that.
 */
export function loadDocument(
  document: JsonObject,
  { name = 'document.json', ...options }: LoadOptions & { readonly name?: string } = {},
): LoadedGraph {
  const file = resolve(name);
  const read = options.read ?? readText;
  const text = formatDocument(document);
  return loadGraph(file, { ...options, read: (path) => (path === file ? text : read(path)) });
}

/** Bases first, then the overrides. `extends` and `$schema` belong to the files, not to the graph that they make. */
function merge(
  documents: readonly Located[],
  overrides: readonly string[],
  report: Reporter,
): LocatedObject | undefined {
  let merged: Located | undefined;
  for (const document of documents) merged = mergePatch(merged, document);
  for (const argument of overrides) merged = merged && override(merged, argument, report);
  if (merged?.kind !== 'object') return undefined;
  const entries = new Map(merged.entries);
  entries.delete('extends');
  entries.delete('$schema');
  return { ...merged, entries };
}

/** SHA-256 of a resolved document, the same for every order of its keys. */
export function graphHash(document: JsonObject): string {
  return hashJson(document);
}

/** The resolved document as the text that a run folder keeps: two-space JSON that reads back the same. */
export function formatDocument(document: JsonObject): string {
  return `${JSON.stringify(JSON.parse(canonicalJson(document)), null, 2)}\n`;
}

/** A path when it looks like one (it ends in .json or holds a separator), else the name of an official graph. */
function locateGraph(graph: string, from: string, folder: string): string {
  const isPath = graph.endsWith('.json') || graph.includes('/') || graph.includes('\\') || isAbsolute(graph);
  const official = join(folder, `${graph}.json`);
  return isPath || (!existsSync(official) && existsSync(resolve(from, graph)))
    ? resolve(from, graph)
    : official;
}

function displayName(file: string): string {
  const short = relative(process.cwd(), file);
  return short.startsWith('..') || isAbsolute(short) ? file : short;
}

function describe(located: Located): string {
  return located.kind === 'scalar' ? JSON.stringify(located.value) : `an ${located.kind}`;
}

interface Unread {
  /** The `extends` that asked for it. */
  readonly asked: Origin | undefined;
  /** Where named graphs are. */
  readonly folder: string;
  readonly error: unknown;
}

function reportUnread(report: Reporter, graph: string, { asked, folder, error }: Unread): void {
  const reason = reasonOf(error);
  const among = existsSync(folder) ? officialGraphs(folder) : [];
  if (asked) {
    const found = asked.source.text.slice(asked.offset, asked.offset + asked.length);
    const wrong = found.replace(/^"|"$/g, '');
    report.add('extends-not-found', asked, { pointer: '/extends', found, reason, wrong, among });
  } else {
    const at = { source: { name: graph, text: '' }, offset: 0, length: 1 };
    report.add('unreadable', at, { found: graph, reason, wrong: graph, among });
  }
}

function officialGraphs(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json') && !name.endsWith('.schema.json'))
    .map((name) => name.slice(0, -'.json'.length));
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'it is not UTF-8 text';
  return error instanceof Error ? error.message : String(error);
}
