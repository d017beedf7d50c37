import { type MonoTypeOperatorFunction, Observable } from 'rxjs';

/** One pull of the schedule, done. */
export interface PullDone {
  readonly item: string;
  readonly stage: string;
  readonly node: string;
  readonly done: number;
  readonly times: number;
  readonly step: number;
  readonly total: number;
  readonly values: Readonly<Record<string, number>>;
  readonly milliseconds: number;
}

/** Milliseconds between two reports of progress: ten a second. */
const INTERVAL = 100;

/**
 * Lets at most ten reports a second through, but always the first and the last. What is left out counts: a report
 * has the latest of every value and the mean duration since the report before. `clock` carries the time of the last
 * report from one stream to the next.
 */
export function throttled(
  clock: { last: number },
  now: () => number = () => performance.now(),
): MonoTypeOperatorFunction<PullDone> {
  return (source) =>
    new Observable((subscriber) => {
      let waiting: PullDone | undefined;
      let count = 0;
      let milliseconds = 0;
      let values: Record<string, number> = {};
      const release = (done: PullDone) => {
        subscriber.next({ ...done, values, milliseconds: milliseconds / count });
        clock.last = now();
        waiting = undefined;
        [count, milliseconds, values] = [0, 0, {}];
      };
      return source.subscribe({
        next: (done) => {
          count++;
          milliseconds += done.milliseconds;
          Object.assign(values, done.values);
          waiting = done;
          if (now() - clock.last >= INTERVAL || done.done === done.times) release(done);
        },
        error: (cause) => {
          if (waiting) release(waiting);
          subscriber.error(cause);
        },
        complete: () => {
          if (waiting) release(waiting);
          subscriber.complete();
        },
      });
    });
}
