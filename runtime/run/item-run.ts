import { catchError, concat, concatMap, defer, from, map, type Observable, tap } from 'rxjs';
import { EngineError } from '../engine/index.ts';
import type { PullPlan, ScheduleStep } from '../graph/index.ts';
import type { Item } from '../node.ts';
import type { Control } from './control.ts';
import { diskProblem, problemOf } from './errors.ts';
import type { EventBus } from './event-bus.ts';
import type { Metrics } from './metrics.ts';
import { type PullDone, throttled } from './progress.ts';
import type { Pulls } from './pulls.ts';
import { itemSeed } from './random.ts';
import type { Saver } from './saver.ts';
import type { Sinks } from './sinks.ts';
import type { Stages } from './stages.ts';
import { sliced } from './streams.ts';

/** Where in its items and schedule a run is. */
export interface Position {
  /** Place in the list of items, and whether work on it has begun. */
  item: number;
  begun: boolean;
  /** Entry of the schedule, and how many of its pulls are done. */
  entry: number;
  done: number;
  /** Pulls of the schedule and pulls of any kind for this item; pulls of the schedule in the whole run. */
  itemPulls: number;
  evaluations: number;
  pulls: number;
}

export interface ItemRunOptions {
  readonly schedule: readonly ScheduleStep[];
  readonly seed: number;
  readonly failFast: boolean;
  readonly items: readonly Item[];
  readonly failedItems: string[];
  readonly at: Position;
  readonly stages: Stages;
  readonly pulls: Pulls;
  readonly sinks: Sinks;
  readonly saver: Saver;
  readonly metrics: Metrics;
  readonly bus: EventBus;
  readonly control: Control;
  /** Called between two pulls. */
  readonly onGate: () => void;
}

/** Goes through the schedule for one item after the other. */
export class ItemRun {
  private readonly reported = { last: Number.NEGATIVE_INFINITY };
  private shownStage = -1;
  private started = performance.now();

  constructor(
    private readonly options: ItemRunOptions,
    /** Milliseconds that an earlier part of the run has spent on its last item. */
    private earlier: number,
  ) {}

  /** Milliseconds spent on the item so far. */
  get elapsed(): number {
    return performance.now() - this.started;
  }

  /** One item from where the run is. What it fails of ends it, not the run, unless other items would fail too. */
  item(place: number): Observable<unknown> {
    const item = this.options.items[place] as Item;
    return concat(
      defer(async () => this.beginItem(item)),
      defer(() => from(this.options.schedule.slice(this.options.at.entry))).pipe(
        concatMap((entry) => this.options.control.unlessStopped(() => this.entry(entry, item))),
      ),
      this.options.control.unlessStopped(() => defer(() => this.endItem(item))),
    ).pipe(
      catchError((cause) => {
        if (this.options.failFast || !this.isOfItem(cause)) throw cause;
        return defer(() => this.endItem(item, cause));
      }),
    );
  }

  private beginItem(item: Item): void {
    const { at, pulls, metrics, bus, items } = this.options;
    this.started = performance.now() - (at.begun ? this.earlier : 0);
    this.earlier = 0;
    this.shownStage = -1;
    pulls.sources.begin();
    if (!at.begun) {
      pulls.reset();
      metrics.forget(item.name);
      Object.assign(at, { begun: true, entry: 0, done: 0, itemPulls: 0, evaluations: 0 });
    }
    bus.emit({ kind: 'item-started', item: item.name, index: at.item, count: items.length });
  }

  private async endItem(item: Item, cause?: unknown): Promise<void> {
    const { at, sinks, saver, bus, stages, failedItems, control } = this.options;
    await control.untilStopped(sinks.drained());
    if (cause === undefined) bus.emit({ kind: 'item-finished', item: item.name, milliseconds: this.elapsed });
    else {
      failedItems.push(item.name);
      bus.emit({ kind: 'item-failed', item: item.name, problem: problemOf(cause) });
    }
    Object.assign(at, { item: at.item + 1, begun: false, pulls: (at.item + 1) * stages.pulls });
    await saver.save();
  }

  /** The pulls of one entry of the schedule. */
  private entry(step: ScheduleStep, item: Item): Observable<unknown> {
    const { at, bus, pulls, items, stages } = this.options;
    const stage = stages.stageOf[step.index] as number;
    const name = stages.stages[stage]?.name ?? '';
    if (this.shownStage !== stage)
      bus.emit({ kind: 'stage-started', item: item.name, stage: name, index: stage });
    this.shownStage = stage;
    const plan = pulls.plan.step(step);
    if (at.done === 0) pulls.beginEntry(step);
    const about = { item: item.name, stage: name, node: step.pull.join('+'), times: step.times };
    const total = items.length * stages.pulls;
    return sliced(() => this.next(step, plan, item)).pipe(
      map((pulled): PullDone => ({ ...about, ...pulled, done: at.done, step: at.pulls, total })),
      throttled(this.reported),
      tap({
        next: (event) => bus.emit({ kind: 'pull', ...event }),
        complete: () => {
          if (at.done === step.times) Object.assign(at, { entry: step.index + 1, done: 0 });
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
    const { at, control } = this.options;
    if (at.done >= step.times) return undefined;
    await this.gate([plan.pull, ...plan.also]);
    if (control.stopped) return undefined;
    const started = performance.now();
    at.itemPulls++;
    const values = { ...(await this.pull(plan.pull, step, item)) };
    at.done++;
    at.pulls++;
    for (const [i, { every }] of step.also.entries()) {
      if (at.done % every !== 0 && at.done !== step.times) continue;
      Object.assign(values, await this.pull(plan.also[i] as PullPlan, step, item));
    }
    return { values, milliseconds: performance.now() - started };
  }

  private async pull(plan: PullPlan, step: ScheduleStep, item: Item) {
    const { at, pulls, sinks, stages, seed } = this.options;
    const { itemPulls, evaluations, item: place } = at;
    const runStep = place * stages.pulls + itemPulls;
    const { scalars, deliveries } = await pulls.pull(plan, step, { item, place, evaluations });
    at.evaluations++;
    for (const delivery of deliveries) {
      sinks.write({ ...delivery, item, step: itemPulls, runStep, seed: itemSeed(seed, item.index) });
    }
    return scalars;
  }

  /** Between two pulls: takes a checkpoint when one is due, waits while paused and while sinks have enough to do. */
  private async gate(plans: readonly PullPlan[]): Promise<void> {
    const { control, pulls, sinks, saver, onGate } = this.options;
    onGate();
    for (;;) {
      if (control.failure) throw control.failure;
      if (control.stopped) return;
      if (saver.isDue) {
        await control.untilStopped(sinks.drained());
        if (control.stopped) return;
        await saver.save();
      }
      const busy = plans.flatMap((plan) => pulls.sinksOf(plan)).map(({ name }) => sinks.ready(name));
      const waiting = busy.find((one) => one !== undefined);
      if (!control.paused && !waiting) return;
      await control.untilAsked(control.paused ? undefined : waiting);
    }
  }

  /**
   * Whether an error is one of the item at hand, so that the next may go well. A loss that is no number is, but where
   * there is no other item the run stops, and can go on from its last checkpoint.
   */
  private isOfItem(cause: unknown): boolean {
    if (cause instanceof EngineError) return cause.code === 'non-finite' && this.options.items.length > 1;
    return !diskProblem(cause);
  }
}
