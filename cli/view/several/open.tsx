import type { Observable } from 'rxjs';
import type { Controls } from '../controls.ts';
import { type PresentOptions, present, type Report } from '../present.ts';
import type { Scene } from '../scene.tsx';
import { RunsDashboard } from './dashboard.tsx';
import { runsOutcome } from './outcome.ts';
import { type RunsPlain, runsLines, runsQuiet } from './plain.ts';
import { resultRow } from './rows.ts';
import { type AwaitedRun, type EventOfRun, emptyRuns, type RunsView, runsView } from './state.ts';

export interface OpenRunsOptions extends PresentOptions {
  /** What they are runs of. */
  readonly title: string;
  /** All that there will be. */
  readonly runs: readonly AwaitedRun[];
  /** How many there are at once. */
  readonly jobs: number;
  /** How the keys steer all of them. */
  readonly controls: Controls;
  /** The command that goes on with them. */
  readonly goOn?: string;
}

/** Shows several runs until all have ended: see `openView`. */
export async function openRunsView(events: Observable<EventOfRun>, options: OpenRunsOptions): Promise<void> {
  const { title, runs, jobs, controls, goOn } = options;
  const initial = emptyRuns(title, runs);
  const scene: Scene<RunsView, EventOfRun> = {
    initial,
    next: runsView,
    frame: (view, place) => <RunsDashboard {...{ view, jobs, controls }} {...place} />,
    above(before, view, width, style) {
      const news = Math.min(view.finished - before.finished, view.results.length);
      return news > 0 ? view.results.slice(-news).map((result) => resultRow(result, width, style)) : [];
    },
    outcome: (view, style) => runsOutcome(view, goOn, style),
    hasImages: () => false,
  };
  const report: Report<RunsPlain, EventOfRun> = {
    initial: { view: initial, told: Number.NEGATIVE_INFINITY, jobs },
    after: runsLines,
    quiet: runsQuiet,
    outcome: ({ view }, style) => runsOutcome(view, goOn, style),
  };
  return present(events, { scene, report }, options);
}
