/** Points that one curve keeps at most; even, so that halving is exact. */
export const MAX_POINTS = 240;

/**
 * One loss or metric over the steps of an item, in bounded memory: when `MAX_POINTS` are held, neighbours are merged
 * to their mean and every later point stands for twice as many values. The whole history stays visible at an even
 * spacing, however long the run.
 */
export interface Series {
  /** Values of which each point is the mean. */
  readonly stride: number;
  readonly points: readonly number[];
  /** Sum and number of the values that wait for their point to be full. */
  readonly pending: number;
  readonly pendingCount: number;
  readonly last: number;
  readonly best: number;
  /** Whether a smaller or a larger value is the better one. */
  readonly better: 'lower' | 'higher';
  readonly unit?: string;
}

/** A curve that has seen nothing. */
export function emptySeries(options: { better?: 'lower' | 'higher'; unit?: string } = {}): Series {
  const better = options.better ?? 'lower';
  return {
    stride: 1,
    points: [],
    pending: 0,
    pendingCount: 0,
    last: Number.NaN,
    best: Number.NaN,
    better,
    ...(options.unit === undefined ? {} : { unit: options.unit }),
  };
}

/** The curve with one more value. A value that is not finite shows as the last one, and changes nothing else. */
export function append(series: Series, value: number): Series {
  if (!Number.isFinite(value)) return { ...series, last: value };
  const best = betterOf(series, value);
  const sum = series.pending + value;
  const count = series.pendingCount + 1;
  if (count < series.stride) return { ...series, pending: sum, pendingCount: count, last: value, best };
  const filled = { ...series, pending: 0, pendingCount: 0, last: value, best };
  const points = [...series.points, sum / count];
  if (points.length < MAX_POINTS) return { ...filled, points };
  return { ...filled, points: halve(points), stride: series.stride * 2 };
}

/** What a plot shows: the full points and the one that is being filled. */
export function plotted(series: Series): readonly number[] {
  if (series.pendingCount === 0) return series.points;
  return [...series.points, series.pending / series.pendingCount];
}

function betterOf(series: Series, value: number): number {
  if (Number.isNaN(series.best)) return value;
  return series.better === 'lower' ? Math.min(series.best, value) : Math.max(series.best, value);
}

function halve(points: readonly number[]): number[] {
  const halved: number[] = [];
  for (let i = 0; i + 1 < points.length; i += 2)
    halved.push(((points[i] as number) + (points[i + 1] as number)) / 2);
  return halved;
}
