import type { PullProgress, RunEvent, RunStage } from '../../runtime/run/events.ts';
import { pulledNodes } from './ancestors.ts';
import { describeEvent } from './describe.ts';
import {
  type CurrentPull,
  EMPTY_VIEW,
  type ItemResult,
  LIMITS,
  type LogLine,
  nodesOf,
  type RunView,
} from './run-view.ts';
import { append, emptySeries } from './series.ts';

/** Weight of the newest event in the smoothed duration of a pull. */
const PACE_WEIGHT = 0.2;
/** How many times as long as others a pull is that tells nothing of the pace: it was compiled, or the machine slept. */
const SPIKE = 5;

/**
 * The view after one more event. Pure: feeding a run's `events.jsonl` through it from `EMPTY_VIEW` redraws the run.
 * Kinds of events that it does not know only move the clock.
 */
export function runView(view: RunView, event: RunEvent): RunView {
  const next = { ...view, now: event.time };
  const described = describeEvent(event);
  return described ? logged(advance(next, event), { time: event.time, ...described }) : advance(next, event);
}

function advance(view: RunView, event: RunEvent): RunView {
  switch (event.kind) {
    case 'run-started':
      return {
        ...restarted(view),
        run: event,
        phase: 'running',
        step: event.resumedAt ?? 0,
        total: totalOf(event),
      };
    case 'item-started':
      return {
        ...view,
        item: { name: event.item, index: event.index, count: event.count, started: event.time },
        stage: undefined,
        pull: undefined,
        losses: {},
        metrics: {},
        images: [],
        done: new Set(),
        running: new Set(),
        failed: new Set(),
      };
    case 'stage-started':
      return { ...view, stage: { name: event.stage, index: event.index }, pull: undefined };
    case 'pull':
      return pulled(view, event);
    case 'compiled':
      return { ...view, compiled: put(view.compiled, event.node, event, LIMITS.series) };
    case 'profile':
      return { ...view, profiles: put(view.profiles, event.node, shares(event.shares), LIMITS.series) };
    case 'metric': {
      const { node, value } = event;
      const name = metricName(view, event);
      const series = append(view.metrics[name] ?? emptySeries(event), value);
      return { ...worked(view, node), metrics: put(view.metrics, name, { ...series, node }, LIMITS.series) };
    }
    case 'image':
      return { ...worked(view, event.node), images: shown(view.images, event) };
    case 'file':
      return worked(view, event.node);
    case 'checkpoint':
      return { ...view, checkpoint: { step: event.step, time: event.time } };
    case 'memory':
      return { ...view, memory: event };
    case 'sink-failed':
      return { ...view, failed: new Set([...view.failed, event.node]) };
    case 'item-failed':
      return withResult(failing(view, event.problem.node), {
        item: event.item,
        problem: event.problem,
        milliseconds: event.time - (view.item?.started ?? event.time),
      });
    case 'item-finished':
      return withResult(finishedRunning(view), { item: event.item, milliseconds: event.milliseconds });
    case 'paused':
      return { ...view, phase: 'paused' };
    case 'continued':
      return { ...view, phase: 'running' };
    case 'run-finished': {
      const stopped = failing(finishedRunning(view), event.problem?.node);
      return { ...stopped, phase: event.status, outcome: event };
    }
    default:
      return view;
  }
}

/** A resumed run writes a second `run-started` into the same file: what belongs to the ended process goes. */
function restarted(view: RunView): RunView {
  const { outcome: _outcome, memory: _memory, pull: _pull, ...kept } = view;
  return { ...kept, pace: {}, running: new Set(), failed: new Set() };
}

function totalOf(event: { pullsPerItem: number; items: readonly string[] }): number {
  return event.pullsPerItem * event.items.length;
}

function pulled(view: RunView, event: PullProgress): RunView {
  const stage = view.stage ? view.run?.stages[view.stage.index] : undefined;
  const pull = {
    node: event.node,
    done: event.done,
    times: event.times,
    index: positionOf(stage, view.pull, event),
    values: Object.keys(event.values),
  };
  const losses = { ...view.losses };
  for (const [name, value] of Object.entries(event.values)) {
    const series = losses[name] ?? (hasRoom(losses, LIMITS.series) ? emptySeries() : undefined);
    if (series) losses[name] = append(series, value);
  }
  return {
    ...view,
    ...(view.pull?.node === event.node ? {} : activity(view, event.node)),
    phase: view.phase === 'waiting' ? 'running' : view.phase,
    pull,
    step: event.step,
    total: event.total,
    pace: put(view.pace, event.node, paceAfter(event.milliseconds, view.pace[event.node]), LIMITS.series),
    losses,
  };
}

/** The smoothed duration of a pull, after one that took so long. */
function paceAfter(milliseconds: number, old = milliseconds): number {
  if (milliseconds * SPIKE < old) return milliseconds;
  return old + PACE_WEIGHT * (Math.min(milliseconds, SPIKE * old) - old);
}

/** A node may stand in a stage's list more than once: the position only moves on. */
function positionOf(stage: RunStage | undefined, last: CurrentPull | undefined, event: PullProgress): number {
  const again = last !== undefined && last.node === event.node && event.done < last.done;
  const from = last === undefined ? 0 : last.index + (again ? 1 : 0);
  const found = stage?.pulls.findIndex((pull, index) => index >= from && pull.node === event.node) ?? -1;
  return found >= 0 ? found : from;
}

function activity(view: RunView, node: string): Pick<RunView, 'running' | 'done'> {
  const running = pulledNodes(nodesOf(view), node);
  const done = new Set([...view.done, ...view.running]);
  for (const name of running) done.delete(name);
  return { running, done };
}

/** A sink that accompanies pulls is not among their targets: what it gives tells that it has run. */
function worked(view: RunView, node: string): RunView {
  if (view.running.has(node) || view.done.has(node)) return view;
  return { ...view, done: new Set([...view.done, node]) };
}

function finishedRunning(view: RunView): RunView {
  return { ...view, running: new Set(), done: new Set([...view.done, ...view.running]) };
}

function failing(view: RunView, node: string | undefined): RunView {
  return node === undefined ? view : { ...view, failed: new Set([...view.failed, node]) };
}

function shares(
  entries: readonly { node: string; milliseconds: number }[],
): Readonly<Record<string, number>> {
  const sum = entries.reduce((all, entry) => all + entry.milliseconds, 0);
  return Object.fromEntries(entries.map((entry) => [entry.node, sum > 0 ? entry.milliseconds / sum : 0]));
}

function shown(images: RunView['images'], event: RunView['images'][number]): RunView['images'] {
  const { name, item, path, width, height, step, time } = event;
  const image = { name, item, path, width, height, step, time };
  const at = images.findIndex((old) => old.name === name);
  return at >= 0 ? images.with(at, image) : [...images, image].slice(-LIMITS.images);
}

function withResult(view: RunView, result: Omit<ItemResult, 'index' | 'metrics'>): RunView {
  const metrics = Object.entries(view.metrics)
    .slice(0, LIMITS.resultMetrics)
    .map(([name, { last, unit }]) => ({ name, value: last, ...(unit === undefined ? {} : { unit }) }));
  const index = view.item?.name === result.item ? view.item.index : view.finished;
  const results = [...view.results, { ...result, index, metrics }].slice(-LIMITS.results);
  return { ...view, results, finished: view.finished + 1 };
}

function logged(view: RunView, line: LogLine): RunView {
  return { ...view, log: [...view.log, line].slice(-LIMITS.log), logged: view.logged + 1 };
}

/** A metric's own name, or with its node where another node has a metric of that name. */
function metricName(
  { metrics }: RunView,
  { node, name }: { readonly node: string; readonly name: string },
): string {
  return (metrics[name]?.node ?? node) === node ? name : `${node}.${name}`;
}

/** The record with one entry set; a new entry is left out when the record is full. */
function put<T>(
  record: Readonly<Record<string, T>>,
  key: string,
  value: T,
  limit: number,
): Readonly<Record<string, T>> {
  if (!Object.hasOwn(record, key) && !hasRoom(record, limit)) return record;
  return { ...record, [key]: value };
}

function hasRoom(record: object, limit: number): boolean {
  return Object.keys(record).length < limit;
}

export { EMPTY_VIEW, type RunView };
