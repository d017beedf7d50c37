import { Observable } from 'rxjs';

/** How long a stream of pulls may keep the thread to itself, in milliseconds. */
const SLICE = 8;

/**
 * Emits what `next` gives, one after the other, until it gives undefined. The event loop gets a turn after every
 * slice of time, so that files, sinks and commands make progress beside the computation. Unsubscribing ends it after
 * the call under way.
 */
export function sliced<T>(next: () => Promise<T | undefined>): Observable<T> {
  return new Observable((subscriber) => {
    const go = async () => {
      let since = performance.now();
      while (!subscriber.closed) {
        const value = await next();
        if (value === undefined) break;
        subscriber.next(value);
        if (performance.now() - since < SLICE) continue;
        await new Promise(setImmediate);
        since = performance.now();
      }
      subscriber.complete();
    };
    go().catch((cause) => subscriber.error(cause));
  });
}
