import { render } from 'ink';
import { interval, merge, type Observable, Subject, takeUntil, tap, throttle, timer } from 'rxjs';
import type { RunEvent } from '../../runtime/run/events.ts';
import { captureOutput } from './capture.ts';
import type { Controls } from './controls.ts';
import { Dashboard } from './dashboard.tsx';
import { outcomeHeight, outcomeLines, resultLine } from './outcome.ts';
import { PLAIN_START, type PlainState, plainLines, quietLines } from './plain.ts';
import { RowBookContext } from './rows.tsx';
import { EMPTY_VIEW } from './run-view.ts';
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
const FRAME = 200;
/** Share of one processor core that frames may take; slow terminals get fewer of them. */
const FRAME_BUDGET = 0.015;
const SLOWEST_FRAME = 1000;
/** How often the clock of a view goes on while no event comes, in milliseconds. */
const SECOND = 1000;
/** Time after which a frame is drawn whole: native libraries write past `captureOutput`, in milliseconds. */
const WHOLE_FRAME = 10_000;
/** Time for the last images to be read before the last frame is left on the screen, in milliseconds. */
const LAST_IMAGES = 400;

/**
 * Shows a run until it ends: subscribes to its events once, and resolves when they have completed (or the view was
 * closed by its user) and the last frame stands on the terminal. Unsubscribes from the events of a run that it cannot
 * steer when it is closed. Rejects with the error of the event stream, after the terminal is in order again.
 */
export async function openView(events: Observable<RunEvent>, options: OpenViewOptions = {}): Promise<void> {
  const { stdout = process.stdout, env = process.env } = options;
  const mode =
    options.mode === undefined || options.mode === 'auto' ? suitableMode(stdout, env) : options.mode;
  if (mode === 'dashboard') return openDashboard(events, options);
  if (mode === 'json') return finished(events, (event) => void stdout.write(`${JSON.stringify(event)}\n`));
  const depth = env.TERM === 'dumb' ? 1 : colourDepth(stdout, env);
  const style = styleFor(depth, { attributes: depth > 1 });
  let state = PLAIN_START;
  const write = (next: { state: PlainState; lines: string[] }) => {
    state = next.state;
    for (const line of next.lines) stdout.write(`${line}\n`);
  };
  const seconds = setInterval(() => write(quietLines(state, Date.now(), style)), SECOND);
  try {
    await finished(events, (event) => write(plainLines(state, event, style)));
  } finally {
    clearInterval(seconds);
  }
  for (const line of outcomeLines(state.view, style).slice(1)) stdout.write(`${line}\n`);
}

/** The dashboard needs a terminal that can move its cursor, and some room. */
export function suitableMode(
  stdout: { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number },
  env: NodeJS.ProcessEnv,
): 'dashboard' | 'plain' {
  const able = stdout.isTTY === true && env.TERM !== 'dumb' && !env.CI;
  return able && (stdout.columns ?? 80) >= 30 && (stdout.rows ?? 24) >= 8 ? 'dashboard' : 'plain';
}

async function openDashboard(events: Observable<RunEvent>, options: OpenViewOptions): Promise<void> {
  const { stdout = process.stdout, stdin = process.stdin, env = process.env, controls, folder } = options;
  const depth = colourDepth(stdout, env);
  const style = styleFor(depth);
  const output = captureOutput([stdout, process.stderr], (lines) => screen.above(lines));
  const screen = new Screen(output.terminal);
  const closed = new Subject<void>();
  const ended = new Subject<void>();
  let view = EMPTY_VIEW;
  let told = 0;
  let cost = 0;
  let wholeAt = 0;

  const frame = () => (
    <RowBookContext value={screen.book}>
      <Dashboard
        view={view}
        terminal={{ columns: screen.columns, rows: screen.rows - outcomeHeight(view, style, screen.columns) }}
        depth={depth}
        clock={Date.now()}
        keys={stdin.isTTY === true}
        onClose={() => closed.next()}
        onRepaint={() => screen.forget()}
        {...(controls ? { controls } : {})}
        {...(folder === undefined ? {} : { folder })}
      />
    </RowBookContext>
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
    const count = view.run?.items.length ?? 1;
    const results = view.results.slice(Math.max(0, view.results.length - (view.finished - told)));
    if (view.finished > told)
      screen.above(results.map((item) => resultLine(item, count, screen.columns - 1, style)));
    told = view.finished;
    if (from - wholeAt > WHOLE_FRAME) {
      screen.forget();
      wholeAt = from;
    }
    app.rerender(frame());
    cost = performance.now() - from;
  };
  const resize = () => {
    screen.resized();
    draw();
  };
  stdout.on('resize', resize);
  const leave = () => {
    screen.close();
    output.release();
  };
  process.once('exit', leave);
  const views = events.pipe(
    tap({
      next: (event) => {
        view = runView(view, event);
      },
      complete: () => ended.next(),
    }),
  );
  const seconds = interval(SECOND).pipe(takeUntil(ended));
  const wait = () => timer(Math.min(SLOWEST_FRAME, Math.max(FRAME, cost / FRAME_BUDGET)));
  // The clock first: a stream that has already ended completes while it is being subscribed to.
  const frames = merge(seconds, views).pipe(
    throttle(wait, { leading: true, trailing: true }),
    takeUntil(closed),
  );
  try {
    await finished(frames, draw);
    draw();
    if (view.images.length > 0) await new Promise((resolve) => setTimeout(resolve, LAST_IMAGES));
  } finally {
    stdout.off('resize', resize);
    app.unmount();
    process.off('exit', leave);
    leave();
  }
  for (const line of outcomeLines(view, style)) stdout.write(`${line}\n`);
}

/** Resolves when the stream has completed, rejects with its error or with what `next` throws. */
function finished<T>(stream: Observable<T>, next: (value: T) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.pipe(tap(next)).subscribe({ error: reject, complete: resolve });
  });
}
