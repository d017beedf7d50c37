import * as tf from '@tensorflow/tfjs-core';
import {
  catchError,
  concat,
  concatMap,
  defer,
  firstValueFrom,
  from,
  ignoreElements,
  map,
  type Observable,
  race,
  range,
  tap,
  timer,
} from 'rxjs';
import type { ActiveEngine } from '../engine/index.ts';
import type { Graph } from '../graph/index.ts';
import type { Item } from '../node.ts';
import { pathFrom } from '../package-folder.ts';
import { type Checkpoint, Checkpoints, type RunState } from './checkpoint.ts';
import type { RunCommand } from './commands.ts';
import { Control } from './control.ts';
import { problemOf, RunError } from './errors.ts';
import { EventBus } from './event-bus.ts';
import type { EventLog } from './event-log.ts';
import type { RunFolder, RunRecord } from './folder.ts';
import { ItemRun, type Position } from './item-run.ts';
import { expectSameItems, selectItems } from './items.ts';
import { Metrics } from './metrics.ts';
import { Pulls } from './pulls.ts';
import { resumeCommand } from './resume.ts';
import { Saver } from './saver.ts';
import { Sinks } from './sinks.ts';
import { nodesOf, type Stages, stagesOf } from './stages.ts';

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
  private readonly stages: Stages;
  private readonly at: Position;
  private readonly failedItems: string[];
  private readonly control = new Control();
  private items: readonly Item[] = [];
  private itemRun: ItemRun | undefined;
  private readonly started = performance.now();
  private memoryReported = performance.now();

  constructor(private readonly options: PerformOptions) {
    const { graph, record, folder, log, checkpoint } = options;
    const resolvePath = (path: string) => pathFrom(record.workingFolder, path);
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
        if (options.failFast) this.control.failure ??= error;
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
        concatMap((place) => this.control.unlessStopped(() => (this.itemRun as ItemRun).item(place))),
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
    else if (this.control.take(command))
      this.bus.emit({ kind: this.control.paused ? 'paused' : 'continued' });
    this.control.wake.next();
  }

  private async begin(): Promise<void> {
    const { graph, record, folder, engine, checkpoint } = this.options;
    this.items = selectItems(await this.pulls.sources.list(), record.items);
    if (checkpoint) expectSameItems(checkpoint.state, this.items);
    this.pulls.sources.goThrough(this.items);
    this.bus.emit({
      kind: 'run-started',
      run: record.run,
      folder: folder.path,
      graph: record.graph,
      seed: record.seed,
      engine,
      items: this.items.map(({ name }) => name),
      nodes: nodesOf(graph),
      stages: this.stages.stages,
      pullsPerItem: this.stages.pulls,
      ...(checkpoint && { resumedAt: this.at.pulls }),
    });
    for (const note of this.options.notes) this.bus.say('warning', note);
    await this.pulls.loadNetworks();
    if (checkpoint?.state.begun) this.pulls.restore(await checkpoint.tensors(), checkpoint.state);
    const { at, stages, pulls, sinks, saver, metrics, bus, control, items, failedItems } = this;
    const { failFast } = this.options;
    const parts = { at, stages, pulls, sinks, saver, metrics, bus, control, items, failedItems, failFast };
    const onGate = () => this.reportMemory();
    this.itemRun = new ItemRun(
      { ...parts, schedule: graph.schedule, seed: record.seed, onGate },
      checkpoint?.state.itemElapsed ?? 0,
    );
  }

  private async end(): Promise<void> {
    const unfinished = this.at.item < this.items.length;
    if (unfinished) {
      await this.drainFor(SINK_GRACE);
      await this.saver.save();
      this.finish('interrupted', { resume: resumeCommand(this.options.folder.path) });
    } else if (this.failedItems.length === this.items.length) {
      const error = new RunError(
        'items-failed',
        this.items.length === 1 ? 'The only item failed' : `All ${this.items.length} items failed`,
      );
      this.finish('failed', { problem: problemOf(error) });
    } else if (this.saver.failure) this.finish('failed', { problem: problemOf(this.saver.failure) });
    else this.finish('completed', {});
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
      items: this.items.map(({ name }) => name),
      ...this.at,
      counters: this.pulls.counters.toJSON(),
      optimizers: this.pulls.optimizers.updates(),
      failedItems: [...this.failedItems],
      metrics: this.metrics.toJSON(),
      elapsed: (checkpoint?.state.elapsed ?? 0) + now - this.started,
      itemElapsed: this.itemRun?.elapsed ?? 0,
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
