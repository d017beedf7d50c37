import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { Subject } from 'rxjs';
import type { RunCommand } from './commands.ts';
import type { FromWorker, ToWorker } from './elsewhere.ts';
import { problemOf } from './errors.ts';
import { type RunJob, runJob } from './job.ts';

/** The engine's place behind the thread that draws; what one thread leaves idle, the others get. */
const NICE = 2;

/** Whom a run answers to. */
interface Owner {
  send(message: FromWorker): void;
  onMessage(listener: (message: ToWorker) => void): void;
  /** Lets go, so that nothing keeps this thread or process alive. */
  leave(): void;
}

/** Does the job that it is given and reports its events. */
function main(job: RunJob, owner: Owner): void {
  // On Linux a thread has a priority of its own, which the threads that it starts inherit.
  if (process.platform === 'linux') setPriority(NICE);
  const commands = new Subject<RunCommand>();
  let gap: number | undefined;
  owner.onMessage((message) => {
    if (message.kind === 'command') commands.next(message.command);
    else gap = Math.max(gap ?? 0, message.milliseconds);
  });
  const mainThreadGap = () => {
    const longest = gap;
    gap = undefined;
    return longest;
  };
  runJob(job, { commands, mainThreadGap }).subscribe({
    next: (event) => owner.send({ kind: 'event', event }),
    error: (cause) => {
      owner.send({
        kind: 'failed',
        problem: problemOf(cause),
        stack: cause instanceof Error ? (cause.stack ?? '') : '',
      });
      owner.leave();
    },
    complete: () => {
      owner.send({ kind: 'done' });
      owner.leave();
    },
  });
}

/** In a process the job is the first message, and the owner's death is a command to stop. */
function inProcess(): void {
  // Ctrl-C reaches every process of a terminal: the owner says what it means
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
  process.once('message', (job: RunJob) => {
    main(job, {
      send: (message) => void (process.connected && process.send?.(message, undefined, {}, () => undefined)),
      onMessage(listener) {
        process.on('message', listener);
        process.once('disconnect', () => listener({ kind: 'command', command: 'stop' }));
      },
      leave: () => void (process.connected && process.disconnect()),
    });
  });
}

if (parentPort) {
  const port = parentPort;
  main(workerData as RunJob, {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', listener),
    leave: () => port.close(),
  });
} else inProcess();
