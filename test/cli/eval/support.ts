import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Evaluation } from '../../../cli/eval/evaluation.ts';
import { openGraph } from '../../../runtime/graph/index.ts';
import { loadRegistry } from '../../../runtime/registry.ts';
import { runGraph } from '../../../runtime/run/index.ts';
import { testFolder } from '../../graph/toys.ts';
import { all } from '../../run/support.ts';
import { cli } from '../in-process.ts';

export const NODES = join(testFolder, 'nodes-eval');
/** SIDE of the items, not yet times 100: single precision has them exactly. */
export const SIDES = [0.0078125, 0.015625, 0.0234375];

interface Measured {
  readonly sides?: readonly number[];
  readonly spread?: number;
  readonly fail?: number;
  readonly broken?: number;
  readonly first?: string;
}

/** A graph that reports SIDE and MAD of items from a table, and needs no GAN. */
export function measured(
  params: Measured = {},
  {
    names = ['SIDE', 'MAD'],
    delay = 0,
    steps = 2,
  }: { names?: string[]; delay?: number; steps?: number } = {},
) {
  const port = (name: string) => (name === 'MAD' ? 'errors.mad' : 'errors.side');
  return {
    formatVersion: 1,
    title: 'Measured',
    settings: { steps },
    nodes: {
      errors: { type: 'measured/errors', params: { sides: SIDES, ...params } },
      report: {
        type: 'sink/metrics',
        in: { metrics: Object.fromEntries(names.map((name) => [name, port(name)])) },
      },
      wait: { type: 'measured/wait', in: { x: 'errors.mad' }, params: { delay } },
    },
    schedule: [{ pull: ['report', 'wait'], times: '$steps' }],
  };
}

/** A folder that is gone after the tests of the file, and what is done in it. */
export function workplace() {
  const folder = mkdtempSync(join(tmpdir(), 'gan2shape-eval-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string) => join(folder, name);
  return {
    at,
    /** Writes a graph and gives its path. */
    graph(name: string, document: object): string {
      const file = at(`${name}.json`);
      writeFileSync(file, JSON.stringify(document));
      return file;
    },
    evaluation: (out: string): Evaluation =>
      JSON.parse(readFileSync(join(at(out), 'evaluation.json'), 'utf8')),
    evaluate: (graph: string, out: string, ...more: string[]) =>
      cli('eval', graph, '--out', at(out), '--nodes', NODES, '--engine', 'cpu', '--plain', ...more),
    /** Does the runs of an evaluation beforehand, in this thread: evaluating finds them done. */
    async prepare(file: string, out: string, seeds: readonly number[] = [0], items?: readonly string[]) {
      const graph = openGraph(file, { registry: await loadRegistry({ nodes: [NODES] }) });
      for (const seed of seeds) {
        const options = {
          folder: join(at(out), `seed-${seed}`),
          seed,
          engine: 'cpu',
          place: 'here',
        } as const;
        await all(runGraph(graph, { ...options, registry: { nodes: [NODES] }, ...(items && { items }) }));
      }
    },
  };
}
