import { open } from 'node:fs/promises';
import { concatMap, from, Observable, takeWhile } from 'rxjs';
import { parseEvents } from '../runtime/run/event-log.ts';
import type { RunEvent } from '../runtime/run/events.ts';

/** Milliseconds between two looks at the file. */
const INTERVAL = 200;
const BLOCK = 1 << 18;

/**
 * The events of a log from its beginning, and those that are added while it is followed, until one ends the run and
 * nothing follows it: a resumed run goes on in the same log. `block` is how many bytes are read at once.
 */
export function followEvents(path: string, block = BLOCK): Observable<RunEvent> {
  let last: RunEvent['kind'] | undefined;
  return lines(path, block).pipe(
    concatMap(({ text, isEnd }) => {
      const events = parseEvents(text);
      last = events.at(-1)?.kind ?? last;
      const over = isEnd && last === 'run-finished';
      return from([
        ...events.map((event) => ({ event, over: false })),
        ...(over ? [{ event: undefined, over }] : []),
      ]);
    }),
    takeWhile(({ over }) => !over),
    concatMap(({ event }) => (event ? [event] : [])),
  );
}

/** Whole lines as they come, in blocks of so many bytes; `isEnd` where the file ended behind them. */
function lines(path: string, size: number): Observable<{ readonly text: string; readonly isEnd: boolean }> {
  return new Observable((subscriber) => {
    const follow = async () => {
      const file = await open(path, 'r');
      const block = Buffer.alloc(size);
      let position = 0;
      let rest = Buffer.alloc(0);
      try {
        while (!subscriber.closed) {
          const { bytesRead } = await file.read(block, 0, size, position);
          position += bytesRead;
          const all = Buffer.concat([rest, block.subarray(0, bytesRead)]);
          const end = all.lastIndexOf(10) + 1;
          rest = all.subarray(end);
          const isEnd = bytesRead < size;
          if (end > 0 || isEnd) subscriber.next({ text: all.toString('utf8', 0, end), isEnd });
          if (isEnd) await new Promise((resolve) => setTimeout(resolve, INTERVAL));
        }
      } finally {
        await file.close();
      }
    };
    follow().catch((cause) => subscriber.error(cause));
  });
}
