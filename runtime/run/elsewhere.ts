import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Observable } from 'rxjs';
import type { RunCommand } from './commands.ts';
import { messageOf, RunError, type RunErrorCode } from './errors.ts';
import type { Problem, RunEvent } from './events.ts';
import type { RunJob } from './job.ts';

export type ToWorker =
  | { readonly kind: 'command'; readonly command: RunCommand }
  | { readonly kind: 'gap'; readonly milliseconds: number };

export type FromWorker =
  | { readonly kind: 'event'; readonly event: RunEvent }
  | { readonly kind: 'failed'; readonly problem: Problem; readonly stack: string }
  | { readonly kind: 'done' };

/** The thread or process that does a run. */
export interface Elsewhere {
  tell(message: ToWorker): void;
  onMessage(listener: (message: FromWorker) => void): void;
  /** It failed, or ended: `how` completes the sentence "The … of the run". */
  onEnd(listener: (how: string, cause?: unknown) => void): void;
}

/** Milliseconds between two measurements of how well this thread answers. */
const GAP_INTERVAL = 1_000;
/** Resolution of the measurement; a thread that does nothing shows about this much. */
const RESOLUTION = 5;

/**
 * Does a run where `start` has it done, a `place` of its own. Unsubscribing asks it to stop; the place, and with it this
 * process, lives on until its checkpoint is written.
 */
export function runElsewhere(
  job: RunJob,
  place: 'thread' | 'process',
  start: (job: RunJob) => Elsewhere,
  commands: Observable<RunCommand>,
): Observable<RunEvent> {
  return new Observable((subscriber) => {
    const worker = start(job);
    const forwarded = commands.subscribe((command) => worker.tell({ kind: 'command', command }));
    const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
    delay.enable();
    const timer = setInterval(() => {
      worker.tell({ kind: 'gap', milliseconds: Math.max(0, delay.max / 1e6 - RESOLUTION) });
      delay.reset();
    }, GAP_INTERVAL);
    timer.unref();
    let ended = false;
    const end = (): boolean => {
      clearInterval(timer);
      delay.disable();
      forwarded.unsubscribe();
      const first = !ended;
      ended = true;
      return first;
    };
    worker.onMessage((message) => {
      if (message.kind === 'event') subscriber.next(message.event);
      else if (message.kind === 'done') {
        if (end()) subscriber.complete();
      } else if (end()) subscriber.error(asError(message.problem, message.stack));
    });
    worker.onEnd((how, cause) => {
      const hint = 'Resume the run from its last checkpoint.';
      const why = cause === undefined ? how : `${how}: ${messageOf(cause)}`;
      const options = cause === undefined ? {} : { cause };
      if (end())
        subscriber.error(new RunError('worker-died', `The ${place} of the run ${why}`, { hint }, options));
    });
    return () => {
      if (!ended) worker.tell({ kind: 'command', command: 'stop' });
    };
  });
}

function asError(problem: Problem, stack: string): RunError {
  const details = {
    ...(problem.hint && { hint: problem.hint }),
    ...(problem.node && { node: problem.node }),
  };
  const error = new RunError(problem.code as RunErrorCode, problem.message, details);
  error.stack = stack;
  return error;
}
