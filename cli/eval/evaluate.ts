import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomic } from '../../runtime/formats/atomic.ts';
import type { RunOptions } from '../../runtime/run/options.ts';
import { performRun, resumed, runOptions, type Start } from '../perform.ts';
import { performRuns } from '../perform-runs.ts';
import { collect, metricsOf, together, valuesIn } from './collect.ts';
import type { Evaluation } from './evaluation.ts';
import { type EvaluationOptions, type EvaluationPlan, planEvaluation } from './plan.ts';
import { clearUnborn, eventsOf, shortPath, stateOf } from './run-state.ts';
import { type EvaluationRun, runsOfSeed } from './runs.ts';
import { summarise } from './statistics.ts';

/** How the runs of an evaluation are shown. */
export interface EvaluationView {
  /** Events as JSON lines, instead of the dashboard or lines for people. */
  readonly json?: boolean | undefined;
  /** Lines for people, also on a terminal. */
  readonly plain?: boolean | undefined;
  /** The command that goes on with the evaluation; without it, the one that goes on with the run is told. */
  readonly goOn?: string;
  /** Is told which run comes next. */
  readonly say?: (text: string) => void;
}

/** A run of an evaluation did not come to its end: it was interrupted, or failed of more than its items. */
export class EvaluationStopped extends Error {
  override readonly name = 'EvaluationStopped';

  constructor(
    /** The exit code that says why; the view of the run has told people. */
    readonly code: number,
    /** Its folder below that of the evaluation. */
    readonly run: string,
  ) {
    super(`The run ${run} did not come to its end`);
  }
}

/**
 * Runs a graph once for each seed and collects the last value of every metric of every item, in
 * `evaluation.json` of the folder too. What the folder has already is read, and what is unfinished there is gone on
 * with. Items that fail are part of the result: see `missingResults`.
 *
 * Throws what `planEvaluation` throws before any run, EvaluationStopped where a run was interrupted or failed, and the
 * RunError or EngineError that keeps a run from starting.
 *
 * @example
 * const evaluation = await evaluate({ graph: 'graphs/synface-mini.json', seeds: [0, 1, 2], items: 20, out: 'runs/table' });
 * console.log(formatTable(itemsTable(evaluation), 'markdown'));
 */
export async function evaluate(options: EvaluationOptions, view: EvaluationView = {}): Promise<Evaluation> {
  return carryOut(await planEvaluation(options), view);
}

/** Does a planned evaluation: see `evaluate`. */
export async function carryOut(plan: EvaluationPlan, view: EvaluationView = {}): Promise<Evaluation> {
  const { say = () => undefined } = view;
  const runs = runsOf(plan);
  for (const { name, state, folder } of runs) {
    if (state === 'done') say(`${name}: has been done, in ${shortPath(folder)}`);
  }
  const left = runs.filter(({ state }) => state !== 'done');
  await (plan.jobs === 1 ? oneByOne : severalAtOnce)(plan, left, view);
  const evaluation = evaluationOf(plan);
  const text = `${JSON.stringify(evaluation, null, 2)}\n`;
  await writeFileAtomic(join(plan.out, 'evaluation.json'), [Buffer.from(text)]);
  return evaluation;
}

const runsOf = (plan: EvaluationPlan) => plan.seeds.flatMap((seed) => runsOfSeed(plan, seed));

type Perform = (plan: EvaluationPlan, runs: readonly EvaluationRun[], view: EvaluationView) => Promise<void>;

const oneByOne: Perform = async (plan, runs, view) => {
  for (const [i, run] of runs.entries()) {
    const which = `${run.name}, run ${i + 1} of ${runs.length}`;
    view.say?.(run.state === 'new' ? which : `${which}: goes on`);
    const { code } = await performRun(startOf(plan, run, {}), view);
    expectDone(plan, run, code);
  }
};

const severalAtOnce: Perform = async (plan, runs, view) => {
  if (runs.length === 0) return;
  const { jobs, name } = plan;
  // operators of two runs that ask for every core each get in each other's way
  const threads = Math.max(1, Math.floor(availableParallelism() / jobs));
  const named = runs.map((run) => {
    const begin = startOf(plan, run, { place: 'process', threads });
    return { name: run.name, items: run.items, begin };
  });
  const code = await performRuns(named, { ...view, jobs, title: name });
  for (const run of runs) expectDone(plan, run, code);
};

function expectDone(plan: EvaluationPlan, run: EvaluationRun, code: number): void {
  if (stateOf(run, plan.graph) !== 'done') throw new EvaluationStopped(code, run.name);
}

/** Begins a run or goes on with it. The graph that a run has saved has the overrides in it. */
function startOf(
  { graph, options }: EvaluationPlan,
  { seed, folder, selectors, state }: EvaluationRun,
  { place, threads: usual }: Pick<RunOptions, 'place' | 'threads'>,
): Start {
  const { engine, threads = usual, nodes } = options;
  const how = {
    ...(engine !== undefined && { engine }),
    ...(threads !== undefined && { threads }),
    ...(place && { place }),
  };
  if (state === 'begun') return resumed(folder, { ...how, ...(nodes && { nodes }) });
  return async (commands) => {
    clearUnborn(folder);
    const { runGraph } = await import('../../runtime/run/index.ts');
    return runGraph(graph, {
      ...runOptions(how, commands),
      registry: { nodes: nodes ?? [] },
      seed,
      folder,
      ...(selectors && { items: selectors }),
    });
  };
}

/** What the finished runs of an evaluation say. */
function evaluationOf(plan: EvaluationPlan): Evaluation {
  const { graph, name, options, seeds, items } = plan;
  const collected = seeds.map((seed) =>
    together(runsOfSeed(plan, seed).map(({ folder }) => collect(eventsOf(folder)))),
  );
  const metrics = metricsOf(collected, plan.metrics.names);
  const runs = collected.map((run, i) => {
    const seed = seeds[i] as number;
    const { engine, milliseconds, failed } = run;
    return { seed, folder: `seed-${seed}`, engine, milliseconds, values: valuesIn(run, metrics), failed };
  });
  return {
    formatVersion: 1,
    graph: { name, title: graph.title, hash: graph.hash },
    set: [...(options.set ?? [])],
    seeds: [...seeds],
    items: [...items],
    metrics,
    runs,
    summary: summarise(runs, metrics, items),
  };
}
