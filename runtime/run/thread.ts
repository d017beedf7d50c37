import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Observable } from 'rxjs';
import { startWorker } from '../start-worker.ts';
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

/** Milliseconds between two measurements of how well this thread answers. */
const GAP_INTERVAL = 1_000;
/** Resolution of the measurement; a thread that does nothing shows about this much. */
const RESOLUTION = 5;

/**
 * Does a run in a thread of its own. Unsubscribing asks it to stop; the thread, and with it this process, lives on
 * until its checkpoint is written.
 */
export function runInWorker(job: RunJob, commands: Observable<RunCommand>): Observable<RunEvent> {
  return new Observable((subscriber) => {
    const worker = startWorker(import.meta.url, job);
    const tell = (message: ToWorker) => worker.postMessage(message);
    const forwarded = commands.subscribe((command) => tell({ kind: 'command', command }));
    const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
    delay.enable();
    const timer = setInterval(() => {
      tell({ kind: 'gap', milliseconds: Math.max(0, delay.max / 1e6 - RESOLUTION) });
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
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'event') subscriber.next(message.event);
      else if (message.kind === 'done') {
        if (end()) subscriber.complete();
      } else if (end()) subscriber.error(asError(message.problem, message.stack));
    });
    worker.on('error', (cause) => {
      const hint = 'Resume the run from its last checkpoint.';
      const message = `The thread of the run failed: ${messageOf(cause)}`;
      if (end()) subscriber.error(new RunError('worker-died', message, { hint }, { cause }));
    });
    worker.on('exit', (code) => {
      if (end())
        subscriber.error(new RunError('worker-died', `The thread of the run ended with code ${code}`));
    });
    return () => {
      if (!ended) tell({ kind: 'command', command: 'stop' });
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
