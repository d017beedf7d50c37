import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Graph } from '../../runtime/graph/index.ts';
import { RunError } from '../../runtime/run/errors.ts';
import { type PlannedRun, type RunState, shortPath, stateOf } from './run-state.ts';

/** A run of an evaluation, and what there is of it. */
export interface EvaluationRun extends PlannedRun {
  /** Its folder below that of the evaluation: `seed-0`, or `seed-0/items-5-9` where others have its other items. */
  readonly name: string;
  /** How many items it has. */
  readonly items: number;
  readonly state: RunState;
}

/** What decides which runs there are; part of EvaluationPlan. */
interface Runs {
  readonly graph: Graph;
  /** Names of the items to evaluate. */
  readonly items: readonly string[];
  readonly selectors: readonly string[] | undefined;
  /** How many runs there are at once. */
  readonly jobs: number;
  readonly out: string;
}

/** Places of items among those of the evaluation, both ends included. */
interface Part {
  readonly first: number;
  readonly last: number;
}

/** Where the results of a seed are, of one run or of several. */
export const folderOfSeed = ({ out }: Pick<Runs, 'out'>, seed: number): string => join(out, `seed-${seed}`);

/**
 * The runs of a seed: one of all items, or several at once of a part each. What the folder has already stays as it was
 * divided. Throws RunError `graph-changed` or `folder-in-use` where that is of another evaluation.
 */
export function runsOfSeed(plan: Runs, seed: number): EvaluationRun[] {
  const folder = folderOfSeed(plan, seed);
  const { graph, items, selectors } = plan;
  const there = partsIn(folder);
  const whole = { seed, folder, selectors };
  const jobs = Math.min(plan.jobs, items.length);
  if (there.length === 0) {
    const state = stateOf(whole, graph);
    if (jobs === 1 || state !== 'new')
      return [{ ...whole, name: `seed-${seed}`, items: items.length, state }];
  }
  expectOfThese(there, items.length, folder);
  return [...there, ...missing(there, items.length).flatMap((gap) => divided(gap, jobs))]
    .sort((a, b) => a.first - b.first)
    .map(({ first, last }) => {
      const part = `items-${first}-${last}`;
      const run = { seed, folder: join(folder, part), selectors: items.slice(first, last + 1) };
      const state = stateOf(run, graph);
      return { ...run, name: `seed-${seed}/${part}`, items: last - first + 1, state };
    });
}

/** The parts that a folder of a seed has; none where it is that of a run of all items. */
function partsIn(folder: string): Part[] {
  if (!existsSync(folder) || existsSync(join(folder, 'run.json'))) return [];
  return readdirSync(folder).flatMap((name) => {
    const places = /^items-(\d+)-(\d+)$/.exec(name);
    return places ? [{ first: Number(places[1]), last: Number(places[2]) }] : [];
  });
}

function expectOfThese(parts: readonly Part[], count: number, folder: string): void {
  const other = parts.find(({ first, last }) => first > last || last >= count);
  if (!other) return;
  const name = `items-${other.first}-${other.last}`;
  throw new RunError('folder-in-use', `${shortPath(join(folder, name))} is not of these ${count} items`, {
    hint: 'Give the options that the evaluation was begun with, or another folder with --out.',
  });
}

/** What no part has. */
function missing(parts: readonly Part[], count: number): Part[] {
  const free = Array.from({ length: count }, (_, place) => place).filter(
    (place) => !parts.some(({ first, last }) => first <= place && place <= last),
  );
  const begins = free.filter((place) => !free.includes(place - 1));
  const ends = free.filter((place) => !free.includes(place + 1));
  return begins.map((first, i) => ({ first, last: ends[i] as number }));
}

/** A part as `count` parts that differ in length by one at most. */
function divided({ first, last }: Part, count: number): Part[] {
  const length = last - first + 1;
  const parts = Math.min(count, length);
  const begin = (i: number) => first + Math.floor((i * length) / parts);
  return Array.from({ length: parts }, (_, i) => ({ first: begin(i), last: begin(i + 1) - 1 }));
}
