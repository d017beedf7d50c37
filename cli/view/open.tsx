import { render } from 'ink';
import { interval, map, merge, type Observable, scan, startWith, Subject, takeUntil, throttle, timer } from 'rxjs';
import type { RunEvent } from '../../runtime/run/events.ts';
import type { Controls } from './controls.ts';
import { Dashboard } from './dashboard.tsx';
import { outcomeLines, resultLine } from './outcome.ts';
import { PLAIN_START, plainLines } from './plain.ts';
import { EMPTY_VIEW, type RunView } from './run-view.ts';
import { Screen } from './screen.ts';
import { runView } from './state.ts';
import { colourDepth, styleFor } from './style.ts';

export type ViewMode = 'auto' | 'dashboard' | 'plain' | 'json';

export interface OpenViewOptions {
  /** How the keys steer the run; absent for a run of another process, whose view can only be closed. */
  readonly controls?: Controls;
  readonly stdout?: NodeJS.WriteStream;
  readonly stdin?: NodeJS.ReadStream;
  /** Default `auto`: the dashboard on a terminal that can show it, lines elsewhere. */
  readonly mode?: ViewMode;
  /** The run's folder as seen from here; default: the one that the run names. */
  readonly folder?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Least time between two frames, in milliseconds. */
const FRAME = 160;
/** Share of one processor core that frames may take; slow terminals get fewer of them. */
const FRAME_BUDGET = 0.04;
const SLOWEST_FRAME = 500;
/** Time for the last images to be read before the last frame is left on the screen, in milliseconds. */
const LAST_IMAGES = 400;

/**
 * Shows a run until it ends: subscribes to its events once, and resolves when they have completed (or the view was
 * closed by its user) and the last frame stands on the terminal. Unsubscribes from the events of a run that it cannot
 * steer when it is closed. Rejects with the error of the event stream, after the terminal is in order again.
 */
export async function openView(events: Observable<RunEvent>, options: OpenViewOptions = {}): Promise<void> {
  const { stdout = process.stdout, env = process.env } = options;
  const mode = options.mode === undefined || options.mode === 'auto' ? suitableMode(stdout, env) : options.mode;
  if (mode === 'dashboard') return openDashboard(events, options);
  if (mode === 'json') return finished(events, (event) => void stdout.write(`${JSON.stringify(event)}\n`));
  const depth = env['TERM'] === 'dumb' ? 1 : colourDepth(stdout, env);
  const style = styleFor(depth, { attributes: depth > 1 });
  let state = PLAIN_START;
  await finished(events, (event) => {
    const next = plainLines(state, event, style);
    state = next.state;
    for (const line of next.lines) stdout.write(`${line}\n`);
  });
  for (const line of outcomeLines(state.view, style).slice(1)) stdout.write(`${line}\n`);
}

/** The dashboard needs a terminal that can move its cursor, and some room. */
export function suitableMode(
  stdout: { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number },
  env: NodeJS.ProcessEnv,
): 'dashboard' | 'plain' {
  const able = stdout.isTTY === true && env['TERM'] !== 'dumb' && !env['CI'];
  return able && (stdout.columns ?? 80) >= 30 && (stdout.rows ?? 24) >= 8 ? 'dashboard' : 'plain';
}

async function openDashboard(events: Observable<RunEvent>, options: OpenViewOptions): Promise<void> {
  const { stdout = process.stdout, stdin = process.stdin, env = process.env, controls, folder } = options;
  const screen = new Screen(stdout);
  const depth = colourDepth(stdout, env);
  const style = styleFor(depth);
  const closed = new Subject<void>();
  let view = EMPTY_VIEW;
  let told = 0;
  let cost = 0;

  const frame = () => (
    <Dashboard
      view={view}
      terminal={{ columns: screen.columns, rows: screen.rows }}
      depth={depth}
      clock={Date.now()}
      keys={stdin.isTTY === true}
      onClose={() => closed.next()}
      {...(controls ? { controls } : {})}
      {...(folder === undefined ? {} : { folder })}
    />
  );
  const app = render(frame(), {
    stdout: screen as unknown as NodeJS.WriteStream,
    stdin,
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  const draw = () => {
    const from = performance.now();
    screen.above(endedItems(view, told).map((item) => resultLine(item, view.run?.items.length ?? 1, screen.columns - 1, style)));
    told = view.finished;
    app.rerender(frame());
    cost = performance.now() - from;
  };
  const resize = () => {
    screen.resized();
    draw();
  };
  stdout.on('resize', resize);
  const pause = () => timer(Math.min(SLOWEST_FRAME, Math.max(FRAME, cost / FRAME_BUDGET)));
  const views = events.pipe(
    scan((before: RunView, event) => runView(before, event), EMPTY_VIEW),
    map((next) => {
      view = next;
    }),
    takeUntil(closed),
  );
  const ended = new Subject<void>();
  const seconds = interval(1000).pipe(startWith(0), takeUntil(ended), takeUntil(closed));
  try {
    const frames = merge(views.pipe(tapEnd(ended)), seconds).pipe(throttle(pause, { leading: true, trailing: true }));
    await finished(frames, draw);
    draw();
    if (view.images.length > 0) await new Promise((resolve) => setTimeout(resolve, LAST_IMAGES));
  } finally {
    stdout.off('resize', resize);
    app.unmount();
    screen.close();
  }
  for (const line of outcomeLines(view, style)) stdout.write(`${line}\n`);
}
