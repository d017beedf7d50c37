import { defer, EMPTY, filter, firstValueFrom, from, type Observable, race, Subject } from 'rxjs';
import type { RunCommand } from './commands.ts';
import type { RunError } from './errors.ts';

/** What is asked of a run at the moment. */
export class Control {
  stopped = false;
  paused = false;
  /** What has to end the run at the next safe point. */
  failure: RunError | undefined;
  /** Emits whenever any of these may have changed. */
  readonly wake = new Subject<void>();

  /** Takes a command; true where it changed whether the run is paused. */
  take(command: Exclude<RunCommand, 'checkpoint'>): boolean {
    const before = this.paused;
    if (command === 'stop') this.stopped = true;
    else this.paused = command === 'pause';
    return this.paused !== before;
  }

  unlessStopped<T>(stream: () => Observable<T>): Observable<T> {
    return defer(() => (this.stopped ? EMPTY : stream()));
  }

  /** Resolves with what is waited for, or when the run is to stop. */
  async untilStopped(waited: Promise<unknown>): Promise<void> {
    if (!this.stopped) await firstValueFrom(race(from(waited), this.wake.pipe(filter(() => this.stopped))));
  }

  /** Resolves with what is waited for, or when something is asked of the run. */
  async untilAsked(waited: Promise<unknown> | undefined): Promise<void> {
    await firstValueFrom(waited ? race(from(waited), this.wake) : this.wake);
  }
}
