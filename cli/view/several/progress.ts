import { progressOf } from '../progress.ts';
import type { RunView } from '../run-view.ts';
import { isDone, type RunsView } from './state.ts';

/** How far several runs are, and when the last of them ends. */
export interface RunsProgress {
  /** Share done of all items, in [0, 1]. */
  readonly share: number;
  /** Milliseconds until all have ended; absent before the first pulls. */
  readonly left?: number;
}

/**
 * Progress of a view. Runs that wait take as long for an item as those that go on; all together take no less than the
 * longest of them, and no less than their sum divided among so many at once.
 */
export function runsProgress({ awaited, runs }: RunsView, jobs: number): RunsProgress {
  const all = awaited.map(({ name, items }) => ({ items, ...shareAndTime(runs.get(name)) }));
  const items = all.reduce((sum, run) => sum + run.items, 0);
  const share = all.reduce((sum, run) => sum + run.share * run.items, 0) / Math.max(1, items);
  const paces = all.flatMap((run) =>
    run.left === undefined || run.share >= 1 ? [] : [run.left / (1 - run.share) / run.items],
  );
  const pace = paces.length === 0 ? undefined : paces.reduce((sum, one) => sum + one, 0) / paces.length;
  const times = all.map(
    ({ items, share, left }) => left ?? (pace === undefined ? 0 : pace * items * (1 - share)),
  );
  if (pace === undefined) return share >= 1 ? { share, left: 0 } : { share };
  const sum = times.reduce((total, time) => total + time, 0);
  return { share, left: Math.max(sum / jobs, ...times) };
}

function shareAndTime(run: RunView | undefined): { readonly share: number; readonly left?: number } {
  if (!run) return { share: 0 };
  if (isDone(run)) return { share: 1, left: 0 };
  const { run: share, runLeft: left } = progressOf(run);
  return { share, ...(left !== undefined && { left }) };
}
