import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CheckedGraph, checkGraph, type Graph, loadGraph } from '../../runtime/graph/index.ts';
import { loadRegistry, type Registry } from '../../runtime/registry.ts';

/** The folder that holds the tests. */
export const testFolder = fileURLToPath(new URL('..', import.meta.url));

/** The toy node types alone. */
export function toyRegistry(): Promise<Registry> {
  return loadRegistry({ builtIn: null, nodes: [join(testFolder, 'nodes-toy')] });
}

/** Checks documents given as values; the first is the one asked for, others are reached as "./name.json". */
export function checkDocument(
  registry: Registry,
  document: unknown,
  { set = [], files = {} }: { set?: readonly string[]; files?: { readonly [name: string]: unknown } } = {},
): CheckedGraph {
  const texts = new Map(
    Object.entries({ ...files, 'main.json': document }).map(([name, value]) => [
      join('/graphs', name),
      value,
    ]),
  );
  const read = (path: string) => {
    const value = texts.get(path);
    if (value === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  };
  return checkGraph(loadGraph('/graphs/main.json', { set, read }), registry);
}

/** The graph of a document that must be valid. */
export function graphOf(
  registry: Registry,
  ...rest: Parameters<typeof checkDocument> extends [Registry, ...infer R] ? R : never
): Graph {
  const checked = checkDocument(registry, ...rest);
  if (!checked.graph)
    throw new Error(checked.errors.map((error) => `${error.code}: ${error.message}`).join('\n'));
  return checked.graph;
}

/** A linear regression: the smallest graph that trains. */
export const regression = {
  formatVersion: 1,
  nodes: {
    data: { type: 'toy/batch' },
    net: { type: 'toy/linear', in: { x: 'data.x' } },
    error: { type: 'toy/square-error', in: { a: 'net', b: 'data.y' } },
    opt: { type: 'toy/sgd', in: { loss: 'error' }, params: { train: ['net'] } },
  },
  schedule: [{ pull: 'opt', times: 10 }],
} as const;
