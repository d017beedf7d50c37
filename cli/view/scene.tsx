import { render } from 'ink';
import type { JSX } from 'react';
import { interval, merge, type Observable, Subject, takeUntil, tap, throttle, timer } from 'rxjs';
import { captureOutput } from './capture.ts';
import { finished } from './finished.ts';
import { RowBookContext } from './rows.tsx';
import { Screen } from './screen.ts';
import { type ColourDepth, colourDepth, type Style, styleFor } from './style.ts';
import { widthOf } from './width.ts';

/** What is shown on a terminal while events come: a state that they change, and the frame that shows it. */
export interface Scene<State, Event> {
  readonly initial: State;
  next(state: State, event: Event): State;
  frame(state: State, place: Place): JSX.Element;
  /** Lines that what is new since `before` adds above the frame, where they stay. */
  above(before: State, now: State, width: number, style: Style): string[];
  /** What stays below the last frame, which leaves the rows for it free, so that both stay in sight. */
  outcome(state: State, style: Style): string[];
  /** Whether the last frame has pictures that take a moment to be read. */
  hasImages(state: State): boolean;
}

/** Where a frame is drawn. */
export interface Place {
  readonly terminal: { readonly columns: number; readonly rows: number };
  readonly depth: ColourDepth;
  /** The present, milliseconds since 1970. */
  readonly clock: number;
  /** Whether keys can be read. */
  readonly keys: boolean;
  /** Called when the view is to be closed while what it shows goes on. */
  readonly onClose: () => void;
  /** Called before a frame that is to be drawn whole. */
  readonly onRepaint: () => void;
}

export interface SceneOptions {
  readonly stdout?: NodeJS.WriteStream;
  readonly stdin?: NodeJS.ReadStream;
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
 * Plays a scene until its events have completed or it is closed, and leaves its last frame and its outcome. Rejects
 * with the error of the events, after the terminal is in order again.
 */
export async function playScene<State, Event>(
  scene: Scene<State, Event>,
  events: Observable<Event>,
  options: SceneOptions,
): Promise<void> {
  const { stdout = process.stdout, stdin = process.stdin, env = process.env } = options;
  const depth = colourDepth(stdout, env);
  const style = styleFor(depth);
  const output = captureOutput([stdout, process.stderr], (lines) => screen.above(lines));
  const screen = new Screen(output.terminal);
  const closed = new Subject<void>();
  const ended = new Subject<void>();
  let state = scene.initial;
  let drawn = scene.initial;
  let cost = 0;
  let wholeAt = 0;

  const frame = () => {
    const taken = heightOf(scene.outcome(state, style), screen.columns);
    const terminal = { columns: screen.columns, rows: screen.rows - taken };
    const place = { terminal, depth, clock: Date.now(), keys: stdin.isTTY === true };
    const onClose = () => closed.next();
    const onRepaint = () => screen.forget();
    return (
      <RowBookContext value={screen.book}>
        {scene.frame(state, { ...place, onClose, onRepaint })}
      </RowBookContext>
    );
  };
  const app = render(frame(), {
    stdout: screen as unknown as NodeJS.WriteStream,
    stdin,
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  const draw = () => {
    const from = performance.now();
    screen.above(scene.above(drawn, state, screen.columns - 1, style));
    drawn = state;
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
  const states = events.pipe(
    tap({
      next: (event) => {
        state = scene.next(state, event);
      },
      complete: () => ended.next(),
    }),
  );
  const seconds = interval(SECOND).pipe(takeUntil(ended));
  const wait = () => timer(Math.min(SLOWEST_FRAME, Math.max(FRAME, cost / FRAME_BUDGET)));
  // The clock first: a stream that has already ended completes while it is being subscribed to.
  const frames = merge(seconds, states).pipe(
    throttle(wait, { leading: true, trailing: true }),
    takeUntil(closed),
  );
  try {
    await finished(frames, draw);
    draw();
    if (scene.hasImages(state)) await new Promise((resolve) => setTimeout(resolve, LAST_IMAGES));
  } finally {
    stdout.off('resize', resize);
    app.unmount();
    process.off('exit', leave);
    leave();
  }
  for (const line of scene.outcome(state, style)) stdout.write(`${line}\n`);
}

/** Rows that lines take on a terminal, which wraps the long ones. */
function heightOf(lines: readonly string[], columns: number): number {
  return lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
}
