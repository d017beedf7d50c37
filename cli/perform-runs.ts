import {
  catchError,
  concatMap,
  defer,
  EMPTY,
  from,
  map,
  mergeMap,
  type Observable,
  Subject,
  startWith,
  tap,
} from 'rxjs';
import { RunError } from '../runtime/run/errors.ts';
import type { RunCommand } from '../runtime/run/index.ts';
import { EXIT } from './errors.ts';
import { controlsOf, exitCodeOf, goingOnWith, type PerformView, type Start } from './perform.ts';
import { onSignals } from './signals.ts';
import type { EventOfRun } from './view/index.ts';

/** One of several runs. */
export interface NamedRun {
  readonly name: string;
  /** How many items it goes through. */
  readonly items: number;
  readonly begin: Start;
}

/** How several runs are shown. */
export interface PerformRunsView extends PerformView {
  /** How many there are at once. */
  readonly jobs: number;
  /** What they are runs of. */
  readonly title: string;
}

/**
 * Does runs, so many at once, and shows them, until all have ended, a signal stops them, or one fails of more than its
 * items: then the others are stopped, with their state kept. Returns the exit code of the first that failed, or fine.
 * Throws the error that keeps one from starting, after the others have stopped.
 */
export async function performRuns(
  runs: readonly NamedRun[],
  { jobs, title, json, plain, goOn }: PerformRunsView,
): Promise<number> {
  const commands = new Subject<RunCommand>();
  let stopping = false;
  let started = false;
  let code: number | undefined;
  let failure: { readonly cause: unknown } | undefined;
  const stop = () => {
    stopping = true;
    commands.next('stop');
  };
  const signals = onSignals({
    stop: () => {
      stop();
      return started;
    },
    tooSlow: () =>
      goOn === undefined
        ? ''
        : `The pulls under way take long; go on from the last checkpoints with\n  ${goOn}`,
  });
  const eventsOf = ({ name, begin }: NamedRun): Observable<EventOfRun> =>
    defer(() => {
      if (stopping) return EMPTY;
      // what was asked before a run listens holds for it too
      const asked = defer(() => (stopping ? commands.pipe(startWith('stop' as const)) : commands));
      return from(begin(asked)).pipe(concatMap((events) => events));
    }).pipe(
      goingOnWith(goOn),
      tap((event) => {
        if (event.kind === 'run-started') started = true;
        if (event.kind !== 'run-finished') return;
        const one = exitCodeOf(event, signals.code());
        if (one !== EXIT.fine) code ??= one;
        if (event.status === 'failed' && event.problem?.code !== 'items-failed') stop();
      }),
      map((event) => ({ ...event, part: name })),
      catchError((cause) => {
        failure ??= { cause: told(cause, name, goOn) };
        stop();
        return EMPTY;
      }),
    );
  const controls = { ...controlsOf(commands), quit: stop };
  try {
    const { openRunsView } = await import('./view/index.ts');
    await openRunsView(from(runs).pipe(mergeMap(eventsOf, jobs)), {
      ...{ runs, jobs, title, controls },
      ...(goOn === undefined ? {} : { goOn }),
      mode: json ? 'json' : plain ? 'plain' : 'auto',
    });
  } finally {
    signals.release();
  }
  if (failure) throw failure.cause;
  return code ?? (stopping ? (signals.code() ?? EXIT.interrupted) : EXIT.fine);
}

/** An error of a run that has begun names the run and how to go on; others are those of all runs. */
function told(cause: unknown, name: string, goOn: string | undefined): unknown {
  if (!(cause instanceof RunError) || cause.code !== 'worker-died') return cause;
  const hint = goOn === undefined ? cause.hint : `The state of all is kept; go on with\n  ${goOn}`;
  return new RunError(cause.code, `${name}: ${cause.message}`, hint === undefined ? {} : { hint }, { cause });
}
