import type { Observable } from 'rxjs';
import type { RunEvent } from '../../runtime/run/events.ts';
import type { Controls } from './controls.ts';
import { Dashboard } from './dashboard.tsx';
import { outcomeLines, resultLine } from './outcome.ts';
import { PLAIN_START, type PlainState, plainLines, quietLines } from './plain.ts';
import { type PresentOptions, present, type Report } from './present.ts';
import { EMPTY_VIEW, type RunView } from './run-view.ts';
import type { Scene } from './scene.tsx';
import { runView } from './state.ts';

export interface OpenViewOptions extends PresentOptions {
  /** How the keys steer the run; absent for a run of another process, whose view can only be closed. */
  readonly controls?: Controls;
  /** The run's folder as seen from here; default: the one that the run names. */
  readonly folder?: string;
}

/**
 * Shows a run until it ends: subscribes to its events once, and resolves when they have completed (or the view was
 * closed by its user) and the last frame stands on the terminal. Unsubscribes from the events of a run that it cannot
 * steer when it is closed. Rejects with the error of the event stream, after the terminal is in order again.
 */
export async function openView(events: Observable<RunEvent>, options: OpenViewOptions = {}): Promise<void> {
  return present(events, { scene: sceneOf(options), report: REPORT }, options);
}

const REPORT: Report<PlainState, RunEvent> = {
  initial: PLAIN_START,
  after: plainLines,
  quiet: quietLines,
  // its first line has been told as the event that the run has ended
  outcome: ({ view }, style) => outcomeLines(view, style).slice(1),
};

function sceneOf({ controls, folder }: OpenViewOptions): Scene<RunView, RunEvent> {
  const more = { ...(controls && { controls }), ...(folder !== undefined && { folder }) };
  return {
    initial: EMPTY_VIEW,
    next: runView,
    frame: (view, place) => <Dashboard view={view} {...place} {...more} />,
    above(before, view, width, style) {
      const count = view.run?.items.length ?? 1;
      const results = view.results.slice(
        Math.max(0, view.results.length - (view.finished - before.finished)),
      );
      return view.finished > before.finished
        ? results.map((item) => resultLine(item, count, width, style))
        : [];
    },
    outcome: outcomeLines,
    hasImages: ({ images }) => images.length > 0,
  };
}
