import type { MemoryUsed, Problem, RunEvent, RunFinished, RunStarted, StepProfiled } from '../run/events.ts';
import { Curve } from './curve.ts';

/** A metric of an item: the latest value, and all of them as a curve. */
export interface MetricHistory {
  readonly name: string;
  readonly unit: string | undefined;
  readonly better: 'lower' | 'higher' | undefined;
  readonly curve: Curve;
}

/** A picture that a sink has written, maybe several times. */
export interface PictureHistory {
  readonly node: string;
  readonly name: string;
  /** Files relative to the run's folder, the latest last. */
  readonly paths: string[];
}

export interface StageTime {
  /** Place in the schedule, as `run-started` lists its stages. */
  readonly index: number;
  readonly name: string;
  /** Pulls of the item before this stage. */
  readonly step: number;
  milliseconds: number;
}

export interface ItemHistory {
  readonly name: string;
  readonly curves: Map<string, Curve>;
  readonly metrics: Map<string, MetricHistory>;
  readonly pictures: Map<string, PictureHistory>;
  /** Other files: bytes by path relative to the run's folder. */
  readonly files: Map<string, number>;
  readonly stages: Map<number, StageTime>;
  /** Pulls of this item, and pulls of the run before it. */
  steps: number;
  firstStep: number;
  milliseconds: number;
  begun: boolean;
  finished: boolean;
  problem: Problem | undefined;
}

/** What a run's events say, gathered for one picture of the whole. Built by {@link gather}. */
export interface RunHistory {
  started: (RunStarted & { readonly time: number }) | undefined;
  /** Time of the first and of the last event. */
  from: number;
  to: number;
  /** Milliseconds of work: without pauses, and without the time between an interruption and the resuming. */
  milliseconds: number;
  /** How often the run was resumed. */
  resumed: number;
  finished: RunFinished | undefined;
  readonly items: Map<string, ItemHistory>;
  readonly profiles: Map<string, StepProfiled['shares']>;
  readonly problems: Problem[];
  readonly warnings: string[];
  peakBytes: number;
  longestGap: number;
}

const MOST_WARNINGS = 50;

/** Reads events one after the other; kinds and fields that it does not know are passed over. */
export class Gatherer {
  readonly history: RunHistory = {
    started: undefined,
    from: Number.NaN,
    to: Number.NaN,
    milliseconds: 0,
    resumed: 0,
    finished: undefined,
    items: new Map(),
    profiles: new Map(),
    problems: [],
    warnings: [],
    peakBytes: Number.NaN,
    longestGap: Number.NaN,
  };
  private step = 0;
  private paused = false;
  private current: ItemHistory | undefined;
  private currentStage: StageTime | undefined;

  add(event: RunEvent): void {
    this.clock(event);
    switch (event.kind) {
      case 'run-started':
        this.start(event);
        break;
      case 'item-started':
        this.current = this.item(event.item);
        // Failed items end early, and the next one counts from where they should have.
        this.current.firstStep = event.index * (this.history.started?.pullsPerItem ?? 0);
        this.current.begun = true;
        this.currentStage = undefined;
        break;
      case 'stage-started':
        this.stage(event);
        break;
      case 'pull':
        this.pull(event);
        break;
      case 'metric':
        this.metric(event);
        break;
      case 'image':
        this.picture(event);
        break;
      case 'file':
        this.item(event.item).files.set(event.path, event.bytes);
        break;
      case 'profile':
        this.history.profiles.set(event.node, event.shares);
        break;
      case 'memory':
        this.memory(event);
        break;
      case 'sink-failed':
        this.history.problems.push(event.problem);
        break;
      case 'item-failed':
        this.item(event.item).problem = event.problem;
        break;
      case 'item-finished':
        this.item(event.item).finished = true;
        break;
      case 'paused':
      case 'continued':
        this.paused = event.kind === 'paused';
        break;
      case 'log':
        if (event.level !== 'info') this.history.warnings.push(event.message);
        if (this.history.warnings.length > MOST_WARNINGS) this.history.warnings.shift();
        break;
      case 'run-finished':
        this.history.finished = event;
        if (event.problem) this.history.problems.push(event.problem);
    }
  }

  /** The time since the event before belongs to the stage under way, unless nothing was at work. */
  private clock({ kind, time }: RunEvent): void {
    const { history } = this;
    if (Number.isNaN(history.from)) history.from = time;
    const passed = time - history.to;
    if (passed > 0 && kind !== 'run-started' && !this.paused) {
      history.milliseconds += passed;
      const { current } = this;
      if (current && !current.finished && !current.problem) {
        current.milliseconds += passed;
        if (this.currentStage) this.currentStage.milliseconds += passed;
      }
    }
    history.to = time;
  }

  private start(event: RunStarted & { readonly time: number }): void {
    const { history } = this;
    if (history.started) history.resumed++;
    history.started = event;
    history.finished = undefined;
    this.current = undefined;
    this.currentStage = undefined;
    this.paused = false;
    for (const name of event.items) this.item(name);
    if (event.resumedAt === undefined) return;
    this.step = event.resumedAt;
    for (const item of history.items.values()) {
      const last = event.resumedAt - item.firstStep;
      for (const curve of item.curves.values()) curve.cutAfter(last);
      for (const { curve } of item.metrics.values()) curve.cutAfter(last);
      item.steps = Math.min(item.steps, Math.max(0, last));
    }
  }

  /** A resumed run enters again the stage that it was in. */
  private stage({ item, stage, index }: Extract<RunEvent, { kind: 'stage-started' }>): void {
    const own = this.item(item);
    const known = own.stages.get(index);
    this.currentStage = known ?? {
      index,
      name: stage,
      step: Math.max(0, this.step - own.firstStep),
      milliseconds: 0,
    };
    if (!known) own.stages.set(index, this.currentStage);
  }

  private pull({ item, step, values }: Extract<RunEvent, { kind: 'pull' }>): void {
    const own = this.item(item);
    this.step = step;
    own.steps = Math.max(own.steps, step - own.firstStep);
    for (const [name, value] of Object.entries(values)) {
      let curve = own.curves.get(name);
      if (!curve) {
        curve = new Curve(name);
        own.curves.set(name, curve);
      }
      // JSON has no NaN: it stands there as null.
      curve.add(step - own.firstStep, typeof value === 'number' ? value : Number.NaN);
    }
  }

  private metric({
    item,
    node,
    name,
    value,
    unit,
    better,
    step,
  }: Extract<RunEvent, { kind: 'metric' }>): void {
    const own = this.item(item);
    const key = `${node}/${name}`;
    const metric = own.metrics.get(key) ?? { name, unit, better, curve: new Curve(name) };
    own.metrics.set(key, metric);
    metric.curve.add(step - own.firstStep, typeof value === 'number' ? value : Number.NaN);
  }

  private picture({ item, node, name, path }: Extract<RunEvent, { kind: 'image' }>): void {
    const own = this.item(item);
    const key = `${node}/${name}`;
    const picture = own.pictures.get(key) ?? { node, name, paths: [] };
    own.pictures.set(key, picture);
    const known = picture.paths.indexOf(path);
    if (known >= 0) picture.paths.splice(known, 1);
    picture.paths.push(path);
  }

  private memory({ residentBytes, mainThreadGap }: MemoryUsed): void {
    const { history } = this;
    history.peakBytes = larger(history.peakBytes, residentBytes);
    if (mainThreadGap !== undefined) history.longestGap = larger(history.longestGap, mainThreadGap);
  }

  private item(name: string): ItemHistory {
    const known = this.history.items.get(name);
    if (known) return known;
    const item: ItemHistory = {
      name,
      curves: new Map(),
      metrics: new Map(),
      pictures: new Map(),
      files: new Map(),
      stages: new Map(),
      steps: 0,
      firstStep: 0,
      milliseconds: 0,
      begun: false,
      finished: false,
      problem: undefined,
    };
    this.history.items.set(name, item);
    return item;
  }
}

/** Everything of a run's events. */
export function gather(events: Iterable<RunEvent>): RunHistory {
  const gatherer = new Gatherer();
  for (const event of events) gatherer.add(event);
  return gatherer.history;
}

function larger(a: number, b: number): number {
  return Number.isNaN(a) || b > a ? b : a;
}
