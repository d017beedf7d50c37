import type { Observable } from 'rxjs';
import { finished } from './finished.ts';
import { playScene, type Scene, type SceneOptions } from './scene.tsx';
import { colourDepth, type Style, styleFor } from './style.ts';

export type ViewMode = 'auto' | 'dashboard' | 'plain' | 'json';

export interface PresentOptions extends SceneOptions {
  /** Default `auto`: the dashboard on a terminal that can show it, lines elsewhere. */
  readonly mode?: ViewMode;
}

/** A state, and the lines that a plain log gets with it. */
export interface Told<State> {
  readonly state: State;
  readonly lines: readonly string[];
}

/** What is told in lines while events come. */
export interface Report<State, Event> {
  readonly initial: State;
  after(state: State, event: Event, style: Style): Told<State>;
  /** While nothing happens, every second. */
  quiet(state: State, clock: number, style: Style): Told<State>;
  /** The last lines. */
  outcome(state: State, style: Style): string[];
}

/** How often the clock of lines goes on while no event comes, in milliseconds. */
const SECOND = 1000;

/**
 * Shows events until they have completed: as a scene, as lines, or as they are. Subscribes once; rejects with the error
 * of the stream.
 */
export async function present<Event, Shown, Lines>(
  events: Observable<Event>,
  views: { readonly scene: Scene<Shown, Event>; readonly report: Report<Lines, Event> },
  options: PresentOptions,
): Promise<void> {
  const { stdout = process.stdout, env = process.env, mode = 'auto' } = options;
  const form = mode === 'auto' ? suitableMode(stdout, env) : mode;
  if (form === 'dashboard') return playScene(views.scene, events, options);
  const write = (lines: readonly string[]) => {
    for (const line of lines) stdout.write(`${line}\n`);
  };
  if (form === 'json') return finished(events, (event) => write([JSON.stringify(event)]));
  const depth = env.TERM === 'dumb' ? 1 : colourDepth(stdout, env);
  const style = styleFor(depth, { attributes: depth > 1 });
  const { report } = views;
  let state = report.initial;
  const tell = (told: Told<Lines>) => {
    state = told.state;
    write(told.lines);
  };
  const seconds = setInterval(() => tell(report.quiet(state, Date.now(), style)), SECOND);
  try {
    await finished(events, (event) => tell(report.after(state, event, style)));
  } finally {
    clearInterval(seconds);
  }
  write(report.outcome(state, style));
}

/** The dashboard needs a terminal that can move its cursor, and some room. */
export function suitableMode(
  stdout: { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number },
  env: NodeJS.ProcessEnv,
): 'dashboard' | 'plain' {
  const able = stdout.isTTY === true && env.TERM !== 'dumb' && !env.CI;
  return able && (stdout.columns ?? 80) >= 30 && (stdout.rows ?? 24) >= 8 ? 'dashboard' : 'plain';
}
