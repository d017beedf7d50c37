import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type Graph, type GraphNode, openGraph, planGraph } from '../../runtime/graph/index.ts';
import { pathFrom } from '../../runtime/package-folder.ts';
import { loadRegistry } from '../../runtime/registry.ts';
import { RunError } from '../../runtime/run/errors.ts';
import { stamp } from '../../runtime/run/folder.ts';
import { selectItems } from '../../runtime/run/items.ts';
import { wrongOptions } from '../../runtime/run/options.ts';
import { Sources } from '../../runtime/run/sources.ts';
import { type DeclaredMetrics, declaredMetrics } from './metrics.ts';
import { runsOfSeed } from './runs.ts';

/** What to evaluate. */
export interface EvaluationOptions {
  /** Path of a graph file, or name of an official graph. */
  readonly graph: string;
  /** Overrides of its values, as `--set` has them. */
  readonly set?: readonly string[];
  /** Folders of further node files. */
  readonly nodes?: readonly string[];
  /** One run each. Default 0 alone. */
  readonly seeds?: readonly number[];
  /** A number of items from the first, or names, places from 0 and ranges such as `0..3`. Default all. */
  readonly items?: number | readonly string[];
  /** Folder of the evaluation; what it has of this one already is not done again. Default `runs/eval-GRAPH-TIME`. */
  readonly out?: string;
  readonly engine?: string;
  /** Threads of one operator on the CPU. Default: every core, divided among the runs at once. */
  readonly threads?: number;
  /** Runs at once, each in a process of its own. Default 1, in this process. */
  readonly jobs?: number;
}

/** More processes than this stop a machine. */
const MOST_JOBS = 64;

/** An evaluation that can be done: everything about it that can be checked before its first run has been. */
export interface EvaluationPlan {
  readonly options: EvaluationOptions;
  readonly graph: Graph;
  readonly name: string;
  readonly seeds: readonly number[];
  /** Names of the items to evaluate. */
  readonly items: readonly string[];
  /** How runs are told which items to take; undefined for all. */
  readonly selectors: readonly string[] | undefined;
  readonly metrics: DeclaredMetrics;
  /** How many runs there are at once. */
  readonly jobs: number;
  /** Absolute. */
  readonly out: string;
}

/**
 * Checks everything that can be checked before a run. Throws InvalidGraph and InvalidNodes, and RunError `bad-option`
 * (seeds, a graph that reports no metric), `unknown-item`, `source-unreadable`, `graph-changed` and `folder-in-use` (the
 * folder has something else).
 */
export async function planEvaluation(options: EvaluationOptions): Promise<EvaluationPlan> {
  const { graph: file, set = [], nodes = [], seeds = [0], jobs = 1 } = options;
  checkNumbers(options);
  const graph = openGraph(file, { registry: await loadRegistry({ nodes }), set });
  const plan = planGraph(graph);
  const steps = graph.schedule.filter(({ times }) => times > 0).map((step) => plan.step(step));
  const pulls = steps.flatMap(({ pull, also }) => [pull, ...also]);
  const used = [...new Set(pulls.flatMap(({ entries }) => entries.map(({ node }) => node)))];
  const metrics = declaredMetrics(used.filter(({ role }) => role === 'sink'));
  if (metrics.names.length === 0 && !metrics.open) {
    throw new RunError('bad-option', `${file} reports no metric: there is nothing to evaluate`, {
      hint: 'Let its schedule pull a sink that takes metrics, such as sink/metrics or sink/report.',
    });
  }
  const selectors = typeof options.items === 'number' ? [`0..${options.items - 1}`] : options.items;
  const items = await itemsOf({ graph, used, seed: seeds[0] ?? 0, items: options.items, selectors });
  const name = basename(graph.file, '.json');
  const out = resolve(options.out ?? join('runs', `eval-${name}-${stamp(Date.now())}`));
  if (existsSync(join(out, 'run.json'))) {
    throw new RunError('folder-in-use', `${out} is the folder of a run`, {
      hint: 'Choose another folder with --out.',
    });
  }
  const planned = { options, graph, name, seeds, items, selectors, metrics, jobs, out };
  for (const seed of seeds) runsOfSeed(planned, seed);
  return planned;
}

function checkNumbers({ seeds = [0], jobs = 1, threads }: EvaluationOptions): void {
  const wrong = threads === undefined ? [] : wrongOptions({ threads });
  const fine = seeds.every((seed) => wrongOptions({ seed }).length === 0);
  if (seeds.length === 0 || !fine || new Set(seeds).size < seeds.length) {
    const given = seeds.join(', ') || 'none';
    wrong.push(`The seeds are ${given}; expected different whole numbers from 0 below 2^53, such as 0,1,2`);
  }
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > MOST_JOBS)
    wrong.push(`The number of runs at once is ${jobs}; expected a whole number from 1 to ${MOST_JOBS}`);
  if (wrong.length > 0) throw new RunError('bad-option', wrong.join('\n'));
}

async function itemsOf({
  graph,
  used,
  seed,
  items,
  selectors,
}: {
  readonly graph: Graph;
  readonly used: readonly GraphNode[];
  readonly seed: number;
  readonly items: EvaluationOptions['items'];
  readonly selectors: readonly string[] | undefined;
}): Promise<string[]> {
  const sources = used.filter(({ role }) => role === 'source');
  const fromHere = (path: string) => pathFrom(process.cwd(), path);
  const all = await new Sources({ graph, used: sources, seed, resolve: fromHere }).list();
  if (typeof items === 'number') {
    if (!Number.isInteger(items) || items < 1 || items > all.length) {
      throw new RunError(
        'unknown-item',
        `The number of items is ${items}, expected a whole number from 1 to ${all.length}, all of the graph`,
      );
    }
  }
  return selectItems(all, selectors).map(({ name }) => name);
}
