import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { definitionFaults } from './graph/definition.ts';
import { CATALOGUE, fill, type GraphErrorCode } from './graph/errors.ts';
import { paramsValidator, type Validate } from './graph/validate.ts';
import { isNodeType, type NodeType } from './node.ts';

/** One thing that is wrong with a node file. */
export interface DefinitionError {
  readonly code: GraphErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly file: string;
}

/** Thrown when node files cannot be used: it carries every error of every file. */
export class InvalidNodes extends Error {
  override readonly name = 'InvalidNodes';

  constructor(readonly errors: readonly DefinitionError[]) {
    super(errors.map((error) => `${error.message}\n  ${error.hint}`).join('\n'));
  }
}

/** The node types that graphs may use. */
export interface Registry {
  /** All types in alphabetical order. */
  readonly types: readonly NodeType[];
  get(type: string): NodeType | undefined;
  /** Checks parameters against a type's schema and fills in defaults. */
  validator(type: NodeType): Validate;
}

/** A definition and the file that it was found in. */
export interface FoundNode {
  readonly file: string;
  readonly definition: NodeType;
}

export interface RegistryOptions {
  /** Folders of further node files (`--nodes`), each scanned like the built-in one. */
  readonly nodes?: readonly string[];
  /** The built-in folder; by default the package's `nodes/`. Null for none. */
  readonly builtIn?: string | null;
}

/**
 * Loads the built-in node types and those of the given folders. A node file exports one `defineNode({…})` and its
 * path is its type: `loss/photometric.ts` defines `loss/photometric`. Files and folders whose names begin with an
 * underscore or a dot are skipped. Throws InvalidNodes with all errors of all files.
 */
export async function loadRegistry(options: RegistryOptions = {}): Promise<Registry> {
  const builtIn = options.builtIn === undefined ? builtInFolder() : options.builtIn;
  const folders = [...(builtIn === null ? [] : [builtIn]), ...(options.nodes ?? [])].map((folder) =>
    resolve(folder),
  );
  const errors: DefinitionError[] = [];
  const found: FoundNode[] = [];
  for (const folder of new Set(folders)) {
    for (const file of nodeFiles(folder, errors)) {
      const definition = await importNode(folder, file, errors);
      if (definition) found.push({ file, definition });
    }
  }
  return createRegistry(found, errors);
}

/** A registry of given definitions, checked in the same way. Throws InvalidNodes. */
export function createRegistry(
  found: readonly FoundNode[],
  errors: readonly DefinitionError[] = [],
): Registry {
  const all = [...errors];
  const types = new Map<string, FoundNode>();
  for (const { file, definition } of found) {
    const type = definition.type;
    const earlier = types.get(type);
    if (earlier) all.push(fault('node-duplicate', file, { type, other: earlier.file }));
    else types.set(type, { file, definition });
    for (const reason of definitionFaults(definition))
      all.push(fault('node-invalid', file, { type, reason }));
  }
  if (all.length > 0) throw new InvalidNodes(all);
  const validators = new Map<NodeType, Validate>();
  return {
    types: [...types.keys()].sort().map((type) => (types.get(type) as FoundNode).definition),
    get: (type) => types.get(type)?.definition,
    validator: (type) => {
      const validate = validators.get(type) ?? paramsValidator(type.params);
      validators.set(type, validate);
      return validate;
    },
  };
}

function fault(
  code: GraphErrorCode,
  file: string,
  fields: { readonly [name: string]: string },
): DefinitionError {
  const all = { ...fields, file };
  return { code, file, message: fill(CATALOGUE[code].message, all), hint: fill(CATALOGUE[code].hint, all) };
}

function nodeFiles(folder: string, errors: DefinitionError[]): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /(?<!\.d)\.(ts|js|mjs)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter(
        (file) =>
          !relative(folder, file)
            .split(sep)
            .some((part) => /^[_.]/.test(part)),
      )
      .sort();
  } catch (error) {
    const reason = existsSync(folder) ? reasonOf(error) : 'there is no such folder';
    errors.push(fault('node-folder-unreadable', folder, { reason }));
    return [];
  }
}

async function importNode(
  folder: string,
  file: string,
  errors: DefinitionError[],
): Promise<NodeType | undefined> {
  let module: { readonly [name: string]: unknown };
  try {
    module = await import(pathToFileURL(file).href);
  } catch (error) {
    errors.push(fault('node-unloadable', file, { reason: reasonOf(error) }));
    return undefined;
  }
  const definitions = Object.values(module).filter(isNodeType);
  const definition = definitions[0];
  if (!definition || definitions.length > 1) {
    const found = definitions.length === 0 ? 'no node definition' : `${definitions.length} node definitions`;
    errors.push(fault('node-missing', file, { found }));
    return undefined;
  }
  const path = relative(folder, file)
    .replace(/\.\w+$/, '')
    .split(sep)
    .join('/');
  if (definition.type !== path) {
    const reason = `the file's path makes its type "${path}"`;
    errors.push(fault('node-invalid', file, { type: String(definition.type), reason }));
    return undefined;
  }
  return definition;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `nodes/` beside `runtime/`: of the sources or of dist/, whichever this file is in. */
function builtInFolder(): string {
  const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'nodes');
  if (!existsSync(folder))
    throw new InvalidNodes([fault('node-folder-unreadable', folder, { reason: 'there is no such folder' })]);
  return folder;
}
