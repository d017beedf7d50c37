import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Graph } from '../../runtime/graph/index.ts';
import { RunError } from '../../runtime/run/errors.ts';
import { parseEvents } from '../../runtime/run/event-log.ts';
import type { RunEvent } from '../../runtime/run/events.ts';
import { RunFolder } from '../../runtime/run/folder.ts';
import { firstDifference } from '../../runtime/run/resume.ts';

/** What there is of a run: nothing, a part to go on from, or all. */
export type RunState = 'new' | 'begun' | 'done';

/** A run of an evaluation. */
export interface PlannedRun {
  readonly seed: number;
  /** Absolute. */
  readonly folder: string;
  /** How it is told which items to take; undefined for all. */
  readonly selectors: readonly string[] | undefined;
}

/** What the folder of a run has. Throws RunError `graph-changed` or `folder-in-use` where that is of another evaluation. */
export function stateOf({ seed, folder: path, selectors }: PlannedRun, graph: Graph): RunState {
  if (!existsSync(path)) return 'new';
  const entries = readdirSync(path);
  if (!entries.includes('run.json')) {
    if (isUnborn(path, entries)) return 'new';
    throw new RunError('folder-in-use', `${shortPath(path)} is not the folder of a run`, {
      hint: 'Choose another folder with --out.',
    });
  }
  const folder = new RunFolder(path);
  const record = folder.record();
  const hint = 'Give the options that the evaluation was begun with, or another folder with --out.';
  if (record.graph.hash !== graph.hash) {
    const difference = firstDifference(folder.document(), graph.document);
    const what = difference === undefined ? '' : `: ${difference}`;
    throw new RunError('graph-changed', `${shortPath(path)} was begun with another graph${what}`, { hint });
  }
  const [was, is] = [record.items, selectors].map((items) => items?.join(',') ?? 'all');
  if (was !== is || record.seed !== seed) {
    const found = record.seed === seed ? `the items ${was}, not ${is}` : `seed ${record.seed}, not ${seed}`;
    throw new RunError('folder-in-use', `${shortPath(path)} was begun with ${found}`, { hint });
  }
  return isOver(eventsOf(path)) ? 'done' : 'begun';
}

/** The events of a run so far. */
export function eventsOf(path: string): RunEvent[] {
  const file = new RunFolder(path).events;
  return existsSync(file) ? parseEvents(readFileSync(file, 'utf8')) : [];
}

/** Takes away what a run that was killed before it began has left in its folder. */
export function clearUnborn(path: string): void {
  if (existsSync(path) && isUnborn(path, readdirSync(path))) rmSync(path, { recursive: true });
}

/** A run that can bring nothing more: also one of which every item failed. */
function isOver(events: readonly RunEvent[]): boolean {
  const last = events.findLast(({ kind }) => kind === 'run-finished' || kind === 'run-started');
  if (last?.kind !== 'run-finished') return false;
  return last.status === 'completed' || (last.status === 'failed' && last.problem?.code === 'items-failed');
}

/** A run makes its folder, `checkpoints/` and `graph.json` before `run.json`, with which it begins. */
function isUnborn(path: string, entries: readonly string[]): boolean {
  return entries.every(
    (name) =>
      name === 'graph.json' ||
      /^\.(graph|run)\.json\.[0-9a-f]+\.tmp$/.test(name) ||
      (name === 'checkpoints' && readdirSync(join(path, name)).length === 0),
  );
}

/** A path as it is said to people: from the working folder where it lies below. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' ? '.' : short.startsWith('..') ? path : short;
}
