import { stat } from 'node:fs/promises';
import {
  BehaviorSubject,
  catchError,
  concatMap,
  defer,
  EMPTY,
  filter,
  finalize,
  firstValueFrom,
  type Observable,
  Subject,
  type Subscription,
} from 'rxjs';
import type { HostTensor } from '../engine/index.ts';
import type { GraphNode } from '../graph/index.ts';
import type { Item, ParamsJson, Reported, Sink, SinkContext, WrittenImage } from '../node.ts';
import { diskProblem, messageOf, RunError } from './errors.ts';
import type { NewEvent } from './events.ts';
import type { RunFolder } from './folder.ts';
import type { Held } from './held.ts';
import { hostRandom } from './random.ts';

/** One write of a sink. */
export interface SinkJob {
  readonly node: GraphNode;
  readonly params: ParamsJson;
  readonly inputs: { readonly [port: string]: Held<HostTensor> | undefined };
  readonly weights: ReadonlyMap<string, ReadonlyMap<string, HostTensor>>;
  readonly item: Item;
  /** Pulls of the item so far, and of the run. */
  readonly step: number;
  readonly runStep: number;
  readonly seed: number;
}

export interface SinksOptions {
  readonly folder: RunFolder;
  readonly resolve: (path: string) => string;
  readonly emit: (event: NewEvent) => void;
  /** Called with what a sink failed of, after the event about it. */
  readonly onFailure: (error: RunError) => void;
}

/** Writes of one sink that may wait or be under way. */
const QUEUE = 2;

class Queue {
  readonly jobs = new Subject<SinkJob>();
  readonly pending = new BehaviorSubject(0);
  readonly subscription: Subscription;

  constructor(write: (job: SinkJob) => Observable<never>) {
    this.subscription = this.jobs
      .pipe(concatMap((job) => write(job).pipe(finalize(() => this.pending.next(this.pending.value - 1)))))
      .subscribe();
  }
}

/** The sinks of a run: each writes beside the computation, one write after the other, from a short queue. */
export class Sinks {
  private readonly queues = new Map<string, Queue>();

  constructor(private readonly options: SinksOptions) {}

  /** Resolves when the sink takes another write; undefined where it does at once. */
  ready(node: string): Promise<unknown> | undefined {
    const pending = this.queues.get(node)?.pending;
    if (!pending || pending.value < QUEUE) return undefined;
    return firstValueFrom(pending.pipe(filter((count) => count < QUEUE)));
  }

  write(job: SinkJob): void {
    let queue = this.queues.get(job.node.name);
    if (!queue) {
      queue = new Queue((next) => this.perform(next));
      this.queues.set(job.node.name, queue);
    }
    queue.pending.next(queue.pending.value + 1);
    queue.jobs.next(job);
  }

  /** Resolves when every write is done. */
  async drained(): Promise<void> {
    for (const { pending } of this.queues.values()) {
      await firstValueFrom(pending.pipe(filter((count) => count === 0)));
    }
  }

  dispose(): void {
    for (const { subscription } of this.queues.values()) subscription.unsubscribe();
  }

  private perform(job: SinkJob): Observable<never> {
    return defer(async () => this.writeOne(job)).pipe(
      concatMap(() => EMPTY),
      catchError((cause) => {
        const { name } = job.node;
        const disk = diskProblem(cause);
        const error = disk
          ? new RunError(disk.code, disk.message, { node: name }, { cause })
          : new RunError('sink-failed', `${name}: ${messageOf(cause)}`, { node: name }, { cause });
        const { code, message, hint } = error;
        this.options.emit({
          kind: 'sink-failed',
          item: job.item.name,
          node: name,
          problem: { code, message, hint, node: name },
        });
        this.options.onFailure(error);
        return EMPTY;
      }),
    );
  }

  private async writeOne(job: SinkJob): Promise<void> {
    const { node, params, inputs, weights, item, step, runStep, seed } = job;
    const { folder, resolve, emit } = this.options;
    const files = new Set<string>();
    const images: WrittenImage[] = [];
    const context: SinkContext = {
      node: node.name,
      random: hostRandom(seed, node.name, step),
      resolve,
      item,
      step,
      file: (name) => {
        const path = folder.fileOf(item, node.name, name);
        files.add(path);
        return path;
      },
      weights: (network) => {
        const found = weights.get(network);
        if (found?.size) return found;
        const reason = found ? 'has not computed anything yet' : 'is not among those that the sink names';
        throw new Error(`the network ${network} ${reason}`);
      },
      report: (values) => {
        for (const [name, value] of Object.entries(values)) {
          const reported: Reported = typeof value === 'number' ? { value } : value;
          emit({ kind: 'metric', item: item.name, node: node.name, name, ...reported, step: runStep });
        }
      },
      image: (image) => images.push(image),
    };
    await (node.type as Sink<never, never, never>).write({
      inputs: inputs as never,
      params: params as never,
      context,
    });
    const about = { item: item.name, node: node.name };
    for (const { path, ...image } of images) {
      files.delete(path);
      emit({ kind: 'image', ...about, ...image, path: folder.relative(path), step: runStep });
    }
    for (const path of files) {
      const found = await stat(path).catch(() => undefined);
      if (found) emit({ kind: 'file', ...about, path: folder.relative(path), bytes: found.size });
    }
  }
}
