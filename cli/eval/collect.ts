import type { RunEvent } from '../../runtime/run/events.ts';
import { inUsualOrder } from './appearance.ts';
import type { EvaluatedSeed, ReportedMetric } from './evaluation.ts';
import { metricNames } from './metrics.ts';

type MetricEvent = Extract<RunEvent, { kind: 'metric' }>;

/** What the events of one run say: the latest of everything, as a resumed run says some of it again. */
export interface Collected {
  readonly engine: EvaluatedSeed['engine'];
  readonly milliseconds: number;
  /** The last event of every metric, by item, then by node and name. */
  readonly metrics: ReadonlyMap<string, ReadonlyMap<string, MetricEvent>>;
  readonly failed: EvaluatedSeed['failed'];
}

/** Collects the last value of every metric of every item. */
export function collect(events: readonly RunEvent[]): Collected {
  const metrics = new Map<string, Map<string, MetricEvent>>();
  const reasons = new Map<string, string>();
  let engine = { name: 'unknown', threads: 0 };
  let milliseconds = 0;
  let failed: readonly string[] = [];
  for (const event of events) {
    if (event.kind === 'run-started') engine = { name: event.engine.name, threads: event.engine.threads };
    else if (event.kind === 'item-failed')
      reasons.set(event.item, `${event.problem.message} [${event.problem.code}]`);
    else if (event.kind === 'run-finished') ({ milliseconds, failedItems: failed } = event);
    else if (event.kind === 'metric') {
      const ofItem = metrics.get(event.item) ?? new Map<string, MetricEvent>();
      metrics.set(event.item, ofItem.set(`${event.node} ${event.name}`, event));
    }
  }
  return {
    engine,
    milliseconds,
    metrics,
    failed: failed.map((item) => ({ item, reason: reasons.get(item) ?? 'failed' })),
  };
}

/** What several runs say that have a part of the items of a seed each, at least one: their times together. */
export function together(runs: readonly Collected[]): Collected {
  const [{ engine } = { engine: { name: 'unknown', threads: 0 } }] = runs;
  return {
    engine,
    milliseconds: runs.reduce((sum, run) => sum + run.milliseconds, 0),
    metrics: new Map(runs.flatMap(({ metrics }) => [...metrics])),
    failed: runs.flatMap(({ failed }) => failed),
  };
}

/** Every metric that the runs report, those of depth first, and what was declared and never came. */
export function metricsOf(runs: readonly Collected[], declared: readonly string[]): ReportedMetric[] {
  const events = eventsOf(runs);
  const names = metricNames(events);
  const found = new Map<string, ReportedMetric>();
  for (const event of events) {
    const name = nameIn(names, event);
    const { unit, better } = event;
    found.set(name, { name, ...(unit && { unit }), ...(better && { better }) });
  }
  const absent = declared.filter((name) => !found.has(name) && !events.some((event) => event.name === name));
  return inUsualOrder([...found.values(), ...absent.map((name) => ({ name }))]);
}

/** The values of a run by item and by the names of metrics; null for what is no number. Items that failed have none. */
export function valuesIn(run: Collected, metrics: readonly ReportedMetric[]): EvaluatedSeed['values'] {
  const names = metrics.map(({ name }) => name);
  const failed = new Set(run.failed.map(({ item }) => item));
  return Object.fromEntries(
    [...run.metrics].flatMap(([item, events]) => {
      if (failed.has(item)) return [];
      const values = [...events.values()].map((event) => [nameIn(names, event), numberOrNull(event.value)]);
      return [[item, Object.fromEntries(values)]];
    }),
  );
}

const eventsOf = (runs: readonly Collected[]) =>
  runs.flatMap(({ metrics }) => [...metrics.values()].flatMap((events) => [...events.values()]));

const nameIn = (names: readonly string[], { node, name }: MetricEvent) =>
  names.includes(name) ? name : `${node}.${name}`;

/** JSON has turned NaN and infinite values into null already. */
const numberOrNull = (value: number | null) =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;
