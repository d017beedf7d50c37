import type { Observable } from 'rxjs';
import { startWorker } from '../start-worker.ts';
import type { RunCommand } from './commands.ts';
import { type Elsewhere, runElsewhere } from './elsewhere.ts';
import type { RunEvent } from './events.ts';
import type { RunJob } from './job.ts';

/** Does a run in a thread of its own: see `runElsewhere`. */
export function runInThread(job: RunJob, commands: Observable<RunCommand>): Observable<RunEvent> {
  return runElsewhere(job, 'thread', start, commands);
}

function start(job: RunJob): Elsewhere {
  const worker = startWorker(import.meta.url, job);
  return {
    tell: (message) => worker.postMessage(message),
    onMessage: (listener) => void worker.on('message', listener),
    onEnd(listener) {
      worker.on('error', (cause) => listener('failed', cause));
      worker.on('exit', (code) => listener(`ended with code ${code}`));
    },
  };
}
