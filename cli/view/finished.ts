import { type Observable, tap } from 'rxjs';

/** Resolves when the stream has completed, rejects with its error or with what `next` throws. */
export function finished<T>(stream: Observable<T>, next: (value: T) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.pipe(tap(next)).subscribe({ error: reject, complete: resolve });
  });
}
