import { RunError } from '../../runtime/run/errors.ts';
import { appearanceOf, metricNamed } from './appearance.ts';
import { type Evaluation, missingResults, type ReportedMetric } from './evaluation.ts';
import type { EvaluationPlan } from './plan.ts';
import { summarise } from './statistics.ts';

/** What is asked of the means of an evaluation. */
export interface GateOptions {
  /** Greatest SIDE, times 100. */
  readonly maxSide?: number;
  /** Greatest MAD, in degrees. */
  readonly maxMad?: number;
  readonly baseline?: Evaluation;
  /** Share of the baseline's mean by which a metric may be worse. Default 0.05. */
  readonly tolerance?: number;
}

/** What became of one gate. Numbers are as tables show them: SIDE times 100. */
export interface GateResult {
  readonly metric: string;
  /** What was asked for, such as `SIDE ×10² at most 0.800`. */
  readonly gate: string;
  readonly held: boolean;
  readonly limit: number;
  readonly found: number | null;
  /** One line: what was found and expected, and by how much it is missed. */
  readonly text: string;
}

/** Results of all gates, and what should be known about the comparison with the baseline. */
export interface Judgement {
  readonly gates: readonly GateResult[];
  readonly notes: readonly string[];
}

const TOLERANCE = 0.05;

/** Options of the command line by the usual names of the metrics they limit. */
const LIMITS = { maxSide: 'SIDE', maxMad: 'MAD' } as const;
const FLAGS = { maxSide: '--max-side', maxMad: '--max-mad' } as const;

/**
 * Checks before any run that gates are about what will be measured. Throws RunError `bad-option`: a limit that no
 * number can meet, a metric that the graph does not report, a baseline of other metrics or of other items.
 */
export function checkGates(
  options: GateOptions,
  { metrics, items, options: { graph } }: Pick<EvaluationPlan, 'metrics' | 'items' | 'options'>,
): void {
  const { baseline, tolerance } = options;
  const reports = `It reports ${metrics.names.join(', ') || 'metrics that only a run shows'}.`;
  for (const name of ['maxSide', 'maxMad'] as const) {
    const limit = options[name];
    if (limit === undefined) continue;
    if (!(limit >= 0)) throw new RunError('bad-option', `${FLAGS[name]} is ${limit}, expected 0 or more`);
    if (metrics.open || metricNamed(metrics.names, LIMITS[name]) !== undefined) continue;
    throw new RunError('bad-option', `${FLAGS[name]}: ${graph} does not report ${LIMITS[name]}`, {
      hint: reports,
    });
  }
  if (tolerance !== undefined && !(tolerance >= 0)) {
    throw new RunError(
      'bad-option',
      `--tolerance is ${tolerance}, expected a share of 0 or more, such as 0.05`,
    );
  }
  if (!baseline) {
    if (tolerance === undefined) return;
    throw new RunError('bad-option', '--tolerance is about a baseline, and there is none', {
      hint: 'Give --baseline FILE.',
    });
  }
  const compared = directed(baseline).map(({ name }) => name);
  const other = compared.filter((name) => !metrics.open && !metrics.names.includes(name));
  if (compared.length === 0 || other.length > 0) {
    const what = compared.length === 0 ? 'has no metric with a direction' : `has ${other.join(', ')}`;
    throw new RunError('bad-option', `The baseline ${what}, which ${graph} does not report`, {
      hint: reports,
    });
  }
  if (!items.some((item) => baseline.items.includes(item))) {
    throw new RunError('bad-option', `The baseline has none of the ${items.length} items`, {
      hint: `It has ${listed(baseline.items)}; the evaluation would have ${listed(items)}.`,
    });
  }
}

/** Judges an evaluation by the gates. Where items have no result, no gate holds. */
export function judge(options: GateOptions, evaluation: Evaluation): Judgement {
  const { baseline, tolerance = TOLERANCE } = options;
  const missing = new Set(missingResults(evaluation).map(({ item }) => item)).size;
  const gates: GateResult[] = [];
  for (const name of ['maxSide', 'maxMad'] as const) {
    const limit = options[name];
    if (limit === undefined) continue;
    const metric = metricOf(evaluation, LIMITS[name]);
    const found = evaluation.summary[metric.name]?.mean ?? null;
    gates.push(gateOf({ metric, found, limit: limit / appearanceOf(metric).factor, missing }));
  }
  if (!baseline) return { gates, notes: [] };
  const both = evaluation.items.filter((item) => baseline.items.includes(item));
  const now = summarise(evaluation.runs, evaluation.metrics, both);
  const then = summarise(baseline.runs, baseline.metrics, both);
  const notes = notesOn(evaluation, baseline);
  for (const metric of directed(baseline)) {
    const before = then[metric.name]?.mean ?? null;
    if (before === null) {
      notes.push(`The baseline has no number for ${metric.name}: it is not compared.`);
      continue;
    }
    const margin = tolerance * Math.abs(before);
    const limit = metric.better === 'higher' ? before - margin : before + margin;
    const found = now[metric.name]?.mean ?? null;
    gates.push(gateOf({ metric, found, limit, missing, before, tolerance }));
  }
  return { gates, notes };
}

function gateOf({
  metric,
  found,
  limit,
  missing,
  before,
  tolerance = 0,
}: {
  readonly metric: ReportedMetric;
  readonly found: number | null;
  readonly limit: number;
  /** Items without a result. */
  readonly missing: number;
  /** The baseline's mean. */
  readonly before?: number;
  readonly tolerance?: number;
}): GateResult {
  const { title, format: short, factor, better } = appearanceOf(metric);
  // A miss must be seen: more digits where the usual ones are the same.
  const alike = found !== null && found !== limit && short(found) === short(limit);
  const format = alike ? (value: number) => String(Number((value * factor).toPrecision(7))) : short;
  const isHigher = better === 'higher';
  const inside = found !== null && (isHigher ? found >= limit : found <= limit);
  const held = inside && missing === 0;
  const name = title.replace(/ [↓↑]$/, '');
  const origin =
    before === undefined ? '' : ` (the baseline has ${format(before)}, tolerance ${percent(tolerance)})`;
  const gate = `${name} ${isHigher ? 'at least' : 'at most'} ${format(limit)}${origin}`;
  const is = found === null ? 'there is no number' : `is ${format(found)}`;
  const excess = found === null ? 0 : Math.abs(found - limit);
  const share = limit === 0 ? '' : `, ${percent(excess / Math.abs(limit))}`;
  const by = ` by ${format(excess)}${share}`;
  const lacks =
    missing > 0 ? `; cannot hold without the results of ${missing} item${missing > 1 ? 's' : ''}` : '';
  const verdict = inside ? lacks || '; holds' : `; missed${found === null ? '' : by}${lacks}`;
  return {
    metric: metric.name,
    gate,
    held,
    limit: limit * factor,
    found: found === null ? null : found * factor,
    text: `${gate}: ${is}${verdict}`,
  };
}

/** A metric by its usual name; one that was not reported after all has no number. */
function metricOf({ metrics }: Evaluation, usual: string): ReportedMetric {
  const name = metricNamed(
    metrics.map((metric) => metric.name),
    usual,
  );
  return metrics.find((metric) => metric.name === name) ?? { name: usual };
}

/** The metrics of a baseline that can be better or worse. */
const directed = ({ metrics }: Evaluation) => metrics.filter((metric) => appearanceOf(metric).better);

function notesOn(evaluation: Evaluation, baseline: Evaluation): string[] {
  const only = (some: readonly string[], others: readonly string[]) =>
    some.filter((one) => !others.includes(one));
  const names = ({ metrics }: Evaluation) => metrics.map(({ name }) => name);
  const lists = [
    ['Items that only the baseline has, not compared', only(baseline.items, evaluation.items)],
    ['Items that the baseline does not have, not compared', only(evaluation.items, baseline.items)],
    ['Metrics that the baseline does not have, not compared', only(names(evaluation), names(baseline))],
  ] as const;
  return lists.flatMap(([what, some]) => (some.length > 0 ? [`${what}: ${some.join(', ')}.`] : []));
}

const percent = (share: number) => `${Number((share * 100).toPrecision(2))} %`;
const listed = (names: readonly string[]) =>
  names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '');
