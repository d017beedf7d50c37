import { defer, firstValueFrom, retry, timer } from 'rxjs';

export interface PrefetchOptions {
  /** How many loads may be under way or done beyond the one that was asked for. */
  readonly ahead: number;
  /** Loads are numbered from 0 to below this. Default: without end. */
  readonly count?: number;
  /** Milliseconds to wait before each further attempt of a load that failed. Default 100, then 400. */
  readonly delays?: readonly number[];
}

const DELAYS = [100, 400];

/** Loads numbered things in order and some ahead of their use, and holds no more than those. */
export class Prefetch<T> {
  private readonly loads = new Map<number, Promise<T>>();

  constructor(
    private readonly load: (index: number) => T | Promise<T>,
    private readonly options: PrefetchOptions,
  ) {}

  /** The thing of that number; starts loading those after it. */
  take(index: number): Promise<T> {
    const { ahead, count = Number.POSITIVE_INFINITY } = this.options;
    const taken = this.start(index);
    for (let next = index + 1; next <= index + ahead && next < count; next++) this.start(next);
    for (const other of this.loads.keys())
      if (other < index || other > index + ahead) this.loads.delete(other);
    return taken;
  }

  private start(index: number): Promise<T> {
    const known = this.loads.get(index);
    if (known) return known;
    const { delays = DELAYS } = this.options;
    const attempts = defer(async () => this.load(index)).pipe(
      retry({ count: delays.length, delay: (_, attempt) => timer(delays[attempt - 1] ?? 0) }),
    );
    const promise = firstValueFrom(attempts);
    // whoever takes it sees the failure; until then it is nobody's
    promise.catch(() => undefined);
    this.loads.set(index, promise);
    return promise;
  }
}
