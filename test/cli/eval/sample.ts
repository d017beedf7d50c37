import type { Evaluation, ReportedMetric } from '../../../cli/eval/evaluation.ts';
import { summarise } from '../../../cli/eval/statistics.ts';

const METRICS: readonly ReportedMetric[] = [
  { name: 'SIDE', better: 'lower' },
  { name: 'MAD', unit: '°', better: 'lower' },
];

/** SIDE and MAD of an item. */
type Pair = readonly [number | null, number | null];

/** An evaluation with these values by seed and item; `failed` names items that have none. */
export function evaluationOf(
  seeds: readonly { readonly [item: string]: Pair | 'failed' }[],
  metrics: readonly ReportedMetric[] = METRICS,
): Evaluation {
  const items = Object.keys(seeds[0] ?? {});
  const runs = seeds.map((values, seed) => ({
    seed,
    folder: `seed-${seed}`,
    engine: { name: 'cpu', threads: 1 },
    milliseconds: 1500,
    values: Object.fromEntries(
      Object.entries(values).flatMap(([item, pair]) =>
        pair === 'failed'
          ? []
          : [[item, Object.fromEntries(metrics.map(({ name }, i) => [name, pair[i] ?? null]))]],
      ),
    ),
    failed: Object.entries(values).flatMap(([item, pair]) =>
      pair === 'failed' ? [{ item, reason: 'no picture [source-failed]' }] : [],
    ),
  }));
  return {
    formatVersion: 1,
    graph: { name: 'faces', title: 'Faces', hash: 'abcdef0123456789' },
    set: [],
    seeds: runs.map(({ seed }) => seed),
    items,
    metrics: [...metrics],
    runs,
    summary: summarise(runs, metrics, items),
  };
}
