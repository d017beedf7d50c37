import { resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  firstValueFrom,
  from,
  ignoreElements,
  map,
  type Observable,
  race,
  range,
  Subject,
  tap,
  timer,
} from 'rxjs';
import { type ActiveEngine, EngineError } from '../engine/index.ts';
import type { Graph, PullPlan, ScheduleStep } from '../graph/index.ts';
import type { Item } from '../node.ts';
import { type Checkpoint, Checkpoints, type RunState } from './checkpoint.ts';
import type { RunCommand } from './commands.ts';
import { diskProblem, problemOf, RunError } from './errors.ts';
import { EventBus } from './event-bus.ts';
import type { EventLog } from './event-log.ts';
import type { RunFolder, RunRecord } from './folder.ts';
import { selectItems } from './items.ts';
import { Metrics } from './metrics.ts';
import { type PullDone, throttled } from './progress.ts';
import { Pulls } from './pulls.ts';
import { itemSeed } from './random.ts';
import { resumeCommand } from './resume.ts';
import { Saver } from './saver.ts';
import { Sinks } from './sinks.ts';
import { stagesOf } from './stages.ts';
import { sliced } from './streams.ts';

export interface PerformOptions {
  readonly graph: Graph;
  readonly record: RunRecord;
  readonly folder: RunFolder;
  readonly engine: ActiveEngine;
  readonly log: EventLog;
  /** Where an earlier part of the run stopped. */
  readonly checkpoint?: Checkpoint;
  readonly commands: Observable<RunCommand>;
  /** Whether the first item or sink that fails ends the run. */
  readonly failFast: boolean;
  /** Seconds between checkpoints. */
  readonly checkpointEvery: number;
  /** What people should know about the beginning. */
  readonly notes: readonly string[];
  /** The longest time in milliseconds that the main thread did not answer since the last call. */
  readonly mainThreadGap: () => number | undefined;
}

/** Where in its items and schedule a run is. */
interface Position {
  /** Place in the list of items, and whether work on it has begun. */
  item: number;
  begun: boolean;
  /** Entry of the schedule, and how many of its pulls are done. */
  entry: number;
  done: number;
  itemPulls: number;
  evaluations: number;
  pulls: number;
}

/** Milliseconds between two events about memory. */
const MEMORY_INTERVAL = 10_000;
/** How long a run that ends early waits for its sinks, in milliseconds. */
const SINK_GRACE = 2_000;

/** One run in this thread: items, the schedule of each, and its pulls, as streams that stop between two pulls. */
export class Performer {
  readonly bus: EventBus;
  private readonly pulls: Pulls;
  private readonly sinks: Sinks;
  private readonly saver: Saver;
  private readonly metrics: Metrics;
  private readonly stages: ReturnType<typeof stagesOf>;
  private readonly at: Position;
  private readonly failedItems: string[];
  private readonly wake = new Subject<void>();
  private readonly reported = { last: Number.NEGATIVE_INFINITY };
  private items: readonly Item[] = [];
  private shownStage = -1;
  private stopped = false;
  private paused = false;
  private failure: RunError | undefined;
  private readonly started = performance.now();
  private itemStarted = performance.now();
  private memoryReported = performance.now();

  constructor(private readonly options: PerformOptions) {
    const { graph, record, folder, log, checkpoint } = options;
    const resolvePath = (path: string) => resolve(record.workingFolder, path);
    this.bus = new EventBus(log);
    this.metrics = new Metrics(checkpoint?.state.metrics);
    this.stages = stagesOf(graph.schedule);
    this.failedItems = [...(checkpoint?.state.failedItems ?? [])];
    const start = { item: 0, begun: false, entry: 0, done: 0, itemPulls: 0, evaluations: 0, pulls: 0 };
    const { item, begun, entry, done, itemPulls, evaluations, pulls } = checkpoint?.state ?? start;
    this.at = { item, begun, entry, done, itemPulls, evaluations, pulls };
    this.pulls = new Pulls({
      graph,
      seed: record.seed,
      resolve: resolvePath,
      onCompiled: ({ name, operators, sessions, hostOperations, memory }, milliseconds) => {
        const peakBytes = memory.inputs + memory.constants + memory.activations;
        this.bus.emit({
          kind: 'compiled',
          node: name,
          operators,
          sessions,
          hostOperations,
          peakBytes,
          milliseconds,
        });
      },
      onProfiled: (node, shares) => this.bus.emit({ kind: 'profile', node, shares }),
    });
    this.sinks = new Sinks({
      folder,
      resolve: resolvePath,
      emit: (event) => {
        if (event.kind === 'metric') this.metrics.add(event);
        this.bus.emit(event);
      },
      onFailure: (error) => {
        if (options.failFast) this.failure ??= error;
      },
    });
    this.saver = new Saver({
      checkpoints: new Checkpoints(folder.checkpoints),
      folder,
      bus: this.bus,
      every: options.checkpointEvery,
      state: () => this.state(),
      tensors: () => this.pulls.saved(),
    });
    options.commands.subscribe((command) => this.command(command));
  }

  /** Does the run; completes when nothing of it is left in this thread. Its events come from `bus`. */
  run(): Observable<never> {
    return concat(
      defer(() => this.begin()),
      defer(() => range(this.at.item, this.items.length - this.at.item)).pipe(
        concatMap((place) => this.unlessStopped(() => this.item(place))),
      ),
      defer(() => this.end()),
    ).pipe(
      catchError((cause) => this.fail(cause)),
      tap({ finalize: () => this.dispose() }),
      ignoreElements(),
    );
  }

  private command(command: RunCommand): void {
    if (command === 'checkpoint') this.saver.request();
    else if (command === 'stop') this.stopped = true;
    else if (this.paused !== (command === 'pause')) {
      this.paused = command === 'pause';
      this.bus.emit({ kind: this.paused ? 'paused' : 'continued' });
    }
    this.wake.next();
  }

  private unlessStopped<T>(stream: () => Observable<T>): Observable<T> {
    return defer(() => (this.stopped ? EMPTY : stream()));
  }

  private async begin(): Promise<void> {
    const { graph, record, folder, engine, checkpoint } = this.options;
    this.items = selectItems(await this.pulls.sources.list(), record.items);
    this.pulls.sources.goThrough(this.items);
    const { pulls: pullsPerItem, stages } = this.stages;
    this.bus.emit({
      kind: 'run-started',
      run: record.run,
      folder: folder.path,
      graph: record.graph,
      seed: record.seed,
      engine,
      items: this.items.map(({ name }) => name),
      nodes: [...graph.nodes.values()].map(({ name, type, title, role, inputs }) => ({
        name,
        type: type.type,
        title,
        role,
        inputs: [...new Set([...inputs.values()].flat().map(({ from: { node } }) => node))],
      })),
      stages,
      pullsPerItem,
      ...(checkpoint && { resumedAt: this.at.pulls }),
    });
    for (const note of this.options.notes) this.bus.say('warning', note);
    await this.pulls.loadNetworks();
    if (checkpoint?.state.begun) this.pulls.restore(await checkpoint.tensors(), checkpoint.state);
  }

  /** One item from where the run is. What it fails of ends it, not the run, unless other items would fail too. */
  private item(place: number): Observable<unknown> {
    const item = this.items[place] as Item;
    return concat(
      defer(async () => this.beginItem(item)),
      defer(() => from(this.options.graph.schedule.slice(this.at.entry))).pipe(
        concatMap((entry) => this.unlessStopped(() => this.entry(entry, item))),
      ),
      this.unlessStopped(() => defer(() => this.endItem(item))),
    ).pipe(
      catchError((cause) => {
        if (this.options.failFast || !isOfItem(cause)) throw cause;
        return defer(() => this.endItem(item, cause));
      }),
    );
  }

  private beginItem(item: Item): void {
    const earlier = this.at.begun ? (this.options.checkpoint?.state.itemElapsed ?? 0) : 0;
    this.itemStarted = performance.now() - earlier;
    this.shownStage = -1;
    this.pulls.sources.begin();
    if (!this.at.begun) {
      this.pulls.reset();
      this.metrics.forget(item.name);
      Object.assign(this.at, { begun: true, entry: 0, done: 0, itemPulls: 0, evaluations: 0 });
    }
    this.bus.emit({ kind: 'item-started', item: item.name, index: this.at.item, count: this.items.length });
  }

  private async endItem(item: Item, cause?: unknown): Promise<void> {
    await this.sinks.drained();
    if (cause === undefined) {
      const milliseconds = performance.now() - this.itemStarted;
      this.bus.emit({ kind: 'item-finished', item: item.name, milliseconds });
    } else {
      this.failedItems.push(item.name);
      this.bus.emit({ kind: 'item-failed', item: item.name, problem: problemOf(cause) });
    }
    Object.assign(this.at, {
      item: this.at.item + 1,
      begun: false,
      pulls: (this.at.item + 1) * this.stages.pulls,
    });
    await this.saver.save();
  }

  /** The pulls of one entry of the schedule. */
  private entry(step: ScheduleStep, item: Item): Observable<unknown> {
    const stage = this.stages.stageOf[step.index] as number;
    const name = this.stages.stages[stage]?.name ?? '';
    if (this.shownStage !== stage)
      this.bus.emit({ kind: 'stage-started', item: item.name, stage: name, index: stage });
    this.shownStage = stage;
    const plan = this.pulls.plan.step(step);
    if (this.at.done === 0) this.pulls.beginEntry(step);
    const about = { item: item.name, stage: name, node: step.pull.join('+'), times: step.times };
    const total = this.items.length * this.stages.pulls;
    return sliced(() => this.next(step, plan, item)).pipe(
      map((pulled): PullDone => ({ ...about, ...pulled, done: this.at.done, step: this.at.pulls, total })),
      throttled(this.reported),
      tap({
        next: (event) => this.bus.emit({ kind: 'pull', ...event }),
        complete: () => {
          if (this.at.done === step.times) Object.assign(this.at, { entry: step.index + 1, done: 0 });
        },
      }),
    );
  }

  /** The next pull of an entry with those that accompany it; undefined when there is none. */
  private async next(
    step: ScheduleStep,
    plan: { readonly pull: PullPlan; readonly also: readonly PullPlan[] },
    item: Item,
  ): Promise<Pick<PullDone, 'values' | 'milliseconds'> | undefined> {
    if (this.at.done >= step.times) return undefined;
    await this.gate([plan.pull, ...plan.also]);
    if (this.stopped) return undefined;
    const started = performance.now();
    this.at.itemPulls++;
    const values = { ...(await this.pull(plan.pull, step, item)) };
    this.at.done++;
    this.at.pulls++;
    for (const [i, { every }] of step.also.entries()) {
      if (this.at.done % every !== 0 && this.at.done !== step.times) continue;
      Object.assign(values, await this.pull(plan.also[i] as PullPlan, step, item));
    }
    return { values, milliseconds: performance.now() - started };
  }

  private async pull(plan: PullPlan, step: ScheduleStep, item: Item) {
    const { itemPulls, evaluations, item: place } = this.at;
    const runStep = place * this.stages.pulls + itemPulls;
    const { scalars, deliveries } = await this.pulls.pull(plan, step, { item, place, evaluations });
    this.at.evaluations++;
    const seed = itemSeed(this.options.record.seed, item.index);
    for (const delivery of deliveries) {
      this.sinks.write({ ...delivery, item, step: itemPulls, runStep, seed });
    }
    return scalars;
  }

  /** Between two pulls: takes a checkpoint when one is due, waits while paused and while sinks have enough to do. */
  private async gate(plans: readonly PullPlan[]): Promise<void> {
    this.reportMemory();
    for (;;) {
      if (this.failure) throw this.failure;
      if (this.stopped) return;
      if (this.saver.isDue) {
        await this.sinks.drained();
        await this.saver.save();
      }
      const busy = plans
        .flatMap((plan) => this.pulls.sinksOf(plan))
        .map(({ name }) => this.sinks.ready(name));
      const waiting = busy.find((one) => one !== undefined);
      if (!this.paused && !waiting) return;
      const woken = firstValueFrom(this.wake);
      await (this.paused || !waiting ? woken : Promise.race([woken, waiting]));
    }
  }

  private async end(): Promise<void> {
    const unfinished = this.at.item < this.items.length;
    if (unfinished) {
      await this.drainFor(SINK_GRACE);
      await this.saver.save();
      this.finish('interrupted', { resume: resumeCommand(this.options.folder.path) });
    } else if (this.failedItems.length === this.items.length) {
      const error = new RunError('items-failed', `All ${this.items.length} items failed`);
      this.finish('failed', { problem: problemOf(error) });
    } else this.finish('completed', {});
  }

  private async fail(cause: unknown): Promise<void> {
    await this.drainFor(SINK_GRACE);
    this.finish('failed', { problem: problemOf(cause) });
  }

  private finish(
    status: 'completed' | 'interrupted' | 'failed',
    more: { readonly problem?: ReturnType<typeof problemOf>; readonly resume?: string },
  ): void {
    const { elapsed } = this.state();
    this.bus.emit({
      kind: 'run-finished',
      status,
      milliseconds: elapsed,
      failedItems: this.failedItems,
      ...more,
    });
  }

  private async drainFor(milliseconds: number): Promise<void> {
    const drained = from(this.sinks.drained()).pipe(map(() => true));
    const done = await firstValueFrom(race(drained, timer(milliseconds).pipe(map(() => false))));
    if (!done) this.bus.say('warning', 'A sink was still writing when the run ended.');
  }

  private state(): RunState {
    const { graph, record, engine, checkpoint } = this.options;
    const now = performance.now();
    return {
      graphHash: graph.hash,
      document: graph.document,
      seed: record.seed,
      engine: engine.name,
      ...this.at,
      counters: this.pulls.counters.toJSON(),
      optimizers: this.pulls.optimizers.updates(),
      failedItems: [...this.failedItems],
      metrics: this.metrics.toJSON(),
      elapsed: (checkpoint?.state.elapsed ?? 0) + now - this.started,
      itemElapsed: now - this.itemStarted,
    };
  }

  private reportMemory(): void {
    const now = performance.now();
    if (now - this.memoryReported < MEMORY_INTERVAL) return;
    this.memoryReported = now;
    const mainThreadGap = this.options.mainThreadGap();
    this.bus.emit({
      kind: 'memory',
      residentBytes: process.memoryUsage.rss(),
      tensors: tf.memory().numTensors,
      ...(mainThreadGap !== undefined && { mainThreadGap }),
    });
  }

  private dispose(): void {
    this.sinks.dispose();
    this.pulls.dispose();
    this.options.log.close();
    this.bus.events.complete();
  }
}

/** Whether an error is one of the item at hand, so that the next may go well. */
function isOfItem(cause: unknown): boolean {
  return !(cause instanceof EngineError) && !diskProblem(cause);
}
