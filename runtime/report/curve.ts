/** The values of one loss or metric of an item over its pulls. */
export class Curve {
  readonly steps: number[] = [];
  readonly values: number[] = [];

  constructor(readonly name: string) {}

  add(step: number, value: number): void {
    this.steps.push(step);
    this.values.push(value);
  }

  /** Forgets what was measured after `step`: a resumed run does it again. */
  cutAfter(step: number): void {
    while (this.steps.length > 0 && (this.steps.at(-1) as number) > step) {
      this.steps.pop();
      this.values.pop();
    }
  }

  get last(): number {
    return this.values.at(-1) ?? Number.NaN;
  }
}

/** Neighbouring values as one point: their mean, with the least and the largest. */
export interface CurvePoint {
  readonly step: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/**
 * A curve in at most `count` points: every point stands for as many neighbouring finite values as the others. Where
 * all the values are positive the mean is the geometric one on a logarithmic axis.
 */
export function thinned(
  { steps, values }: Pick<Curve, 'steps' | 'values'>,
  { count, scale }: { readonly count: number; readonly scale: 'linear' | 'log' },
): CurvePoint[] {
  const finite = values.flatMap((value, i) => (Number.isFinite(value) ? [i] : []));
  const size = Math.max(1, Math.ceil(finite.length / count));
  const points: CurvePoint[] = [];
  for (let start = 0; start < finite.length; start += size) {
    const group = finite.slice(start, start + size);
    const own = group.map((i) => values[i] as number);
    const mean = scale === 'log' ? Math.exp(average(own.map(Math.log))) : average(own);
    points.push({
      step: average(group.map((i) => steps[i] as number)),
      mean,
      low: Math.min(...own),
      high: Math.max(...own),
    });
  }
  return points;
}

/** Whether a logarithmic axis shows values better: all positive, over more than a factor of 30. */
export function scaleFor(values: readonly number[]): 'linear' | 'log' {
  const { low, high } = rangeOf(values);
  return low > 0 && high / low > 30 ? 'log' : 'linear';
}

/** The least and the largest finite value; not a number where there is none. */
export function rangeOf(values: readonly number[]): { readonly low: number; readonly high: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? { low, high } : { low: Number.NaN, high: Number.NaN };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
