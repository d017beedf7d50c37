import { type Static, Type } from 'typebox';

/** A number, or null for what is none (NaN, infinite): JSON has no word for those. */
const Value = Type.Union([Type.Number(), Type.Null()]);
const Names = Type.Array(Type.String());

const ReportedMetric = Type.Object({
  /** As the graph reports it; `node.name` where several nodes report the same. */
  name: Type.String(),
  unit: Type.Optional(Type.String()),
  /** Which direction is better, where one is. */
  better: Type.Optional(Type.Union([Type.Literal('lower'), Type.Literal('higher')])),
});

const EvaluatedSeed = Type.Object({
  seed: Type.Number(),
  /** Folder of the run, or of those that have a part of its items each, relative to that of the evaluation. */
  folder: Type.String(),
  engine: Type.Object({ name: Type.String(), threads: Type.Number() }),
  /** Time that the run took, all its parts together, also where they were done at once. */
  milliseconds: Type.Number(),
  /** The last value of every metric, by item and name. An item that failed has none. */
  values: Type.Record(Type.String(), Type.Record(Type.String(), Value)),
  /** Items that have no result, and why. */
  failed: Type.Array(Type.Object({ item: Type.String(), reason: Type.String() })),
});

const Summary = Type.Object({
  /** Items that have a value in at least one seed. */
  items: Type.Number(),
  /** Mean over items of each item's mean over seeds. */
  mean: Value,
  /** Sample deviation (n − 1) over items of each item's mean over seeds; null for one item. */
  overItems: Value,
  /** Sample deviation (n − 1) over seeds of each seed's mean over items; null for one seed. */
  overSeeds: Value,
});

/** `evaluation.json`: everything that an evaluation found. */
export const EvaluationSchema = Type.Object({
  formatVersion: Type.Literal(1),
  graph: Type.Object({
    name: Type.String(),
    title: Type.String(),
    /** SHA-256 of the resolved document, settings included. */
    hash: Type.String(),
  }),
  /** What was set on top of the graph's file, as `--set` has it. */
  set: Names,
  seeds: Type.Array(Type.Number()),
  /** In the order of the graph's source. */
  items: Names,
  metrics: Type.Array(ReportedMetric),
  runs: Type.Array(EvaluatedSeed),
  /** By metric. */
  summary: Type.Record(Type.String(), Summary),
});

export type Evaluation = Static<typeof EvaluationSchema>;
export type ReportedMetric = Static<typeof ReportedMetric>;
export type EvaluatedSeed = Static<typeof EvaluatedSeed>;
export type Summary = Static<typeof Summary>;

/** An item that has no result in a seed, or no number for some metric. */
export interface MissingResult {
  readonly item: string;
  readonly seed: number;
  readonly reason: string;
}

/** Everything that was to be evaluated and has no result, in the order of seeds and items. */
export function missingResults({ runs, items, metrics }: Evaluation): MissingResult[] {
  return runs.flatMap(({ seed, values, failed }) =>
    items.flatMap((item) => {
      const failure = failed.find((one) => one.item === item);
      if (failure) return [{ item, seed, reason: failure.reason }];
      if (metrics.length === 0) return [{ item, seed, reason: 'no metric was reported' }];
      return metrics
        .filter(({ name }) => typeof values[item]?.[name] !== 'number')
        .map(({ name }) => {
          const reason = values[item]?.[name] === null ? 'is not a number' : 'was not reported';
          return { item, seed, reason: `${name} ${reason}` };
        });
    }),
  );
}

/** What an item has for a metric, over its seeds: the values that are numbers. */
export function valuesOf({ runs }: Pick<Evaluation, 'runs'>, item: string, metric: string): number[] {
  return runs.flatMap(({ values }) => {
    const value = values[item]?.[metric];
    return typeof value === 'number' ? [value] : [];
  });
}
