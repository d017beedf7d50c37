import { join, relative } from 'node:path';
import { writeFileAtomic } from '../../runtime/formats/atomic.ts';
import { performRun, resumed, runOptions, type Start } from '../perform.ts';
import { collect, metricsOf, valuesIn } from './collect.ts';
import type { Evaluation } from './evaluation.ts';
import { type EvaluationOptions, type EvaluationPlan, planEvaluation } from './plan.ts';
import { clearUnborn, eventsOf, folderOfSeed, shortPath, stateOfSeed } from './seed-folder.ts';
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
    readonly seed: number,
  ) {
    super(`The run of seed ${seed} did not come to its end`);
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
  for (const [i, seed] of plan.seeds.entries()) {
    const folder = folderOfSeed(plan, seed);
    const which = `seed ${seed}, run ${i + 1} of ${plan.seeds.length}`;
    const state = stateOfSeed(plan, seed);
    if (state === 'done') {
      say(`${which}: has been done, in ${shortPath(folder)}`);
      continue;
    }
    say(state === 'new' ? which : `${which}: goes on`);
    const begin = state === 'new' ? fresh(plan, seed) : goingOn(plan, folder);
    const { code } = await performRun(begin, view);
    if (stateOfSeed(plan, seed) !== 'done') throw new EvaluationStopped(code, seed);
  }
  const evaluation = evaluationOf(plan);
  const text = `${JSON.stringify(evaluation, null, 2)}\n`;
  await writeFileAtomic(join(plan.out, 'evaluation.json'), [Buffer.from(text)]);
  return evaluation;
}

function fresh(plan: EvaluationPlan, seed: number): Start {
  return async (commands) => {
    const { graph, options, selectors } = plan;
    const folder = folderOfSeed(plan, seed);
    clearUnborn(folder);
    const { runGraph } = await import('../../runtime/run/index.ts');
    return runGraph(graph, {
      ...runOptions(options, commands),
      registry: { nodes: options.nodes ?? [] },
      seed,
      folder,
      ...(selectors && { items: selectors }),
    });
  };
}

/** The graph that the run has saved has the overrides in it. */
function goingOn({ options: { engine, threads, nodes } }: EvaluationPlan, folder: string): Start {
  return resumed(folder, {
    ...(engine !== undefined && { engine }),
    ...(threads !== undefined && { threads }),
    ...(nodes && { nodes }),
  });
}

/** What the finished runs of an evaluation say. */
function evaluationOf(plan: EvaluationPlan): Evaluation {
  const { graph, name, options, seeds, items, out } = plan;
  const collected = seeds.map((seed) => collect(eventsOf(folderOfSeed(plan, seed))));
  const metrics = metricsOf(collected, plan.metrics.names);
  const runs = collected.map((run, i) => {
    const seed = seeds[i] as number;
    const { engine, milliseconds } = run;
    const failed = run.failed;
    const folder = relative(out, folderOfSeed(plan, seed));
    return { seed, folder, engine, milliseconds, values: valuesIn(run, metrics), failed };
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
