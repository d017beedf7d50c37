import { type EvaluatedSeed, type ReportedMetric, type Summary, valuesOf } from './evaluation.ts';

/** The mean; null of nothing. */
export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The sample standard deviation, with n − 1; null for fewer than two values. */
export function deviation(values: readonly number[]): number | null {
  const centre = mean(values);
  if (centre === null || values.length < 2) return null;
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/** Mean and deviations of each metric over these items. */
export function summarise(
  runs: readonly EvaluatedSeed[],
  metrics: readonly ReportedMetric[],
  items: readonly string[],
): Record<string, Summary> {
  return Object.fromEntries(metrics.map(({ name }) => [name, summaryOf(runs, name, items)]));
}

function summaryOf(runs: readonly EvaluatedSeed[], metric: string, items: readonly string[]): Summary {
  const meansOf = (some: readonly EvaluatedSeed[]) =>
    items.flatMap((item) => mean(valuesOf({ runs: [...some] }, item, metric)) ?? []);
  const ofItems = meansOf(runs);
  const ofSeeds = runs.flatMap((run) => mean(meansOf([run])) ?? []);
  return {
    items: ofItems.length,
    mean: mean(ofItems),
    overItems: deviation(ofItems),
    overSeeds: deviation(ofSeeds),
  };
}
