import type { RunEvent } from '../../../runtime/run/events.ts';
import { describeEvent } from '../describe.ts';
import { EMPTY_VIEW, type ItemResult, LIMITS, type LogLine, type Phase, type RunView } from '../run-view.ts';
import { runView } from '../state.ts';

/** An event of one of several runs, and the name of that run. */
export type EventOfRun = RunEvent & { readonly part: string };

/** A run of several, before it has begun. */
export interface AwaitedRun {
  readonly name: string;
  /** How many items it goes through. */
  readonly items: number;
}

/** A result of one of the runs. */
export type ResultOfRun = ItemResult & { readonly part: string };

/** The mean of the values that are numbers. */
export interface Mean {
  readonly sum: number;
  readonly count: number;
  readonly unit?: string;
}

/** All that a view of several runs shows, derived from their events. */
export interface RunsView {
  /** What they are runs of. */
  readonly title: string;
  readonly awaited: readonly AwaitedRun[];
  /** Those that have begun, by name. */
  readonly runs: ReadonlyMap<string, RunView>;
  /** Time of the first and of the latest event, milliseconds since 1970. */
  readonly started: number | undefined;
  readonly now: number;
  readonly results: readonly ResultOfRun[];
  /** Items that have finished or failed in all, of which `results` holds the last. */
  readonly finished: number;
  readonly failed: number;
  /** Of the items that have finished, by name of the metric. */
  readonly means: Readonly<Record<string, Mean>>;
  /** What people should know: warnings and errors. */
  readonly log: readonly (LogLine & { readonly part: string })[];
}

export function emptyRuns(title: string, awaited: readonly AwaitedRun[]): RunsView {
  const none = { results: [], finished: 0, failed: 0, means: {}, log: [] };
  return { title, awaited, runs: new Map(), started: undefined, now: 0, ...none };
}

/** The view after one more event of one of its runs. */
export function runsView(view: RunsView, event: EventOfRun): RunsView {
  const { part } = event;
  const before = view.runs.get(part) ?? EMPTY_VIEW;
  const run = runView(before, event);
  const next = {
    ...view,
    now: Math.max(view.now, event.time),
    started: view.started ?? event.time,
    runs: new Map(view.runs).set(part, run),
    log: logged(view, event),
  };
  const result = run.finished > before.finished ? run.results.at(-1) : undefined;
  return result ? withResult(next, { ...result, part }) : next;
}

/** Whether a run can bring nothing more: also one of which every item failed. */
export function isDone({ outcome }: RunView): boolean {
  return outcome?.status === 'completed' || outcome?.problem?.code === 'items-failed';
}

/** What the runs are at, all together. */
export function phaseOf({ runs, awaited }: RunsView): Phase {
  const phases = [...runs.values()].map((run) => (isDone(run) ? 'completed' : run.phase));
  for (const phase of ['paused', 'running', 'waiting'] as const) if (phases.includes(phase)) return phase;
  for (const phase of ['failed', 'interrupted'] as const) if (phases.includes(phase)) return phase;
  return runs.size < awaited.length ? 'waiting' : 'completed';
}

function withResult(view: RunsView, result: ResultOfRun): RunsView {
  const counted = { finished: view.finished + 1, results: [...view.results, result].slice(-LIMITS.results) };
  if (result.problem) return { ...view, ...counted, failed: view.failed + 1 };
  const means = { ...view.means };
  for (const { name, value, unit } of result.metrics) {
    if (!Number.isFinite(value)) continue;
    const { sum, count } = means[name] ?? { sum: 0, count: 0 };
    means[name] = { sum: sum + value, count: count + 1, ...(unit !== undefined && { unit }) };
  }
  return { ...view, ...counted, means };
}

/** Of what is shown nowhere else, what people should know. */
function logged(view: RunsView, event: EventOfRun): RunsView['log'] {
  const described = describeEvent(event);
  if (!described || described.level === 'info' || described.level === 'good') return view.log;
  if (event.kind === 'item-failed' || event.kind === 'paused') return view.log;
  if (event.kind === 'run-finished' && event.status !== 'failed') return view.log;
  return [...view.log, { time: event.time, part: event.part, ...described }].slice(-LIMITS.log);
}
