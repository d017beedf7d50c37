import type { Observable } from 'rxjs';
import { startProcess } from '../start-worker.ts';
import type { RunCommand } from './commands.ts';
import { type Elsewhere, runElsewhere } from './elsewhere.ts';
import type { RunEvent } from './events.ts';
import type { RunJob } from './job.ts';

/** Characters of what a process said last that are kept. */
const LAST_WORDS = 2_000;

/**
 * Does a run in a process of its own: see `runElsewhere`. What such a run takes of memory comes back when it ends, and
 * its crash is not that of others. Where this process dies, it stops at the next safe point and keeps its state.
 */
export function runInProcess(job: RunJob, commands: Observable<RunCommand>): Observable<RunEvent> {
  return runElsewhere(job, 'process', start, commands);
}

function start(job: RunJob): Elsewhere {
  const child = startProcess(import.meta.url, job);
  let words = '';
  child.stderr?.on('data', (text) => {
    words = `${words}${text}`.slice(-LAST_WORDS);
  });
  return {
    // one that has ended can be told nothing, and its end is told by itself
    tell: (message) => void (child.connected && child.send(message, () => undefined)),
    onMessage: (listener) => void child.on('message', listener),
    onEnd(listener) {
      child.on('error', (cause) => listener('failed', cause));
      // after its last words
      child.on('close', (code, signal) => {
        const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
        const last = words.trimEnd().split('\n').at(-1);
        const memory = signal === 'SIGKILL' ? ', perhaps for want of memory: try fewer at once' : '';
        listener(`${how}${memory}${last ? `; its last words: ${last}` : ''}`);
      });
    },
  };
}
