import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { Subject } from 'rxjs';
import type { RunCommand } from './commands.ts';
import { problemOf } from './errors.ts';
import { type RunJob, runJob } from './job.ts';
import type { FromWorker, ToWorker } from './thread.ts';

/** The engine's place behind the thread that draws; what one thread leaves idle, the others get. */
const NICE = 2;

/** The thread of a run: does the job that it was started with and reports its events. */
function main(): void {
  const port = parentPort;
  if (!port) return;
  // On Linux a thread has a priority of its own, which the threads that it starts inherit.
  if (process.platform === 'linux') setPriority(NICE);
  const commands = new Subject<RunCommand>();
  let gap: number | undefined;
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'command') commands.next(message.command);
    else gap = Math.max(gap ?? 0, message.milliseconds);
  });
  const mainThreadGap = () => {
    const longest = gap;
    gap = undefined;
    return longest;
  };
  const send = (message: FromWorker) => port.postMessage(message);
  runJob(workerData as RunJob, { commands, mainThreadGap }).subscribe({
    next: (event) => send({ kind: 'event', event }),
    error: (cause) => {
      send({
        kind: 'failed',
        problem: problemOf(cause),
        stack: cause instanceof Error ? (cause.stack ?? '') : '',
      });
      port.close();
    },
    complete: () => {
      send({ kind: 'done' });
      port.close();
    },
  });
}

main();
