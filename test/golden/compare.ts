import type { GoldenArray, Tolerance } from './fixture.ts';

/** How one tensor compares with the stored one. */
export interface Comparison {
  readonly name: string;
  readonly passed: boolean;
  /**
   * Greatest absolute difference relative to the greatest absolute stored value (absolute where that is 0); for values
   * that are to be exact, the fraction that differs.
   */
  readonly worst: number;
  /** Fraction of elements outside the tolerance. */
  readonly bad: number;
  /** Why it failed, with the worst element; empty where it passed. */
  readonly message: string;
}

// What the fixtures state for tensors whose deviation was not measured, should a tensor come without a tolerance.
const DEFAULT_TOLERANCE: Tolerance = { rtol: 1e-4, atol: 1e-5 };

export interface Side {
  readonly values: ArrayLike<number>;
  readonly shape: readonly number[];
}

/** Compares element by element, as the fixtures define it. A NaN agrees with nothing but a stored NaN. */
export function compare(
  name: string,
  actual: Side,
  stored: { values: GoldenArray; shape: readonly number[] },
  tolerance: Tolerance = DEFAULT_TOLERANCE,
): Comparison {
  if (!sameShape(actual.shape, stored.shape)) {
    const message = `shape [${actual.shape}], expected [${stored.shape}]`;
    return { name, passed: false, worst: Number.POSITIVE_INFINITY, bad: 1, message };
  }
  const { exact = false, rtol = 0, atol = 0, max_bad_fraction: allowed = 0 } = tolerance;
  let [badCount, worst, worstAt, scale] = [0, 0, -1, 0];
  for (let i = 0; i < stored.values.length; i++) {
    const want = stored.values[i] ?? Number.NaN;
    const got = actual.values[i] ?? Number.NaN;
    if (Number.isFinite(want)) scale = Math.max(scale, Math.abs(want));
    if (Object.is(got, want) || got === want) continue;
    const difference = Number.isNaN(got - want) ? Number.POSITIVE_INFINITY : Math.abs(got - want);
    if (exact || !(difference <= atol + rtol * Math.abs(want))) badCount++;
    if (difference > worst) [worst, worstAt] = [difference, i];
  }
  const bad = stored.values.length === 0 ? 0 : badCount / stored.values.length;
  const passed = bad <= allowed;
  const relative = exact ? bad : scale > 0 ? worst / scale : worst;
  const message = passed
    ? ''
    : `${badCount} of ${stored.values.length} outside the tolerance, worst at ` +
      `[${position(worstAt, stored.shape)}]: ${actual.values[worstAt]}, expected ${stored.values[worstAt]}`;
  return { name, passed, worst: relative, bad, message };
}

/** Equal up to dimensions of 1, which the reference keeps or drops as it pleases, and a split batch [B,T,…]. */
function sameShape(a: readonly number[], b: readonly number[]): boolean {
  const kept = (shape: readonly number[]) => shape.filter((size) => size !== 1).join();
  const [first = 1, second = 1, ...rest] = b;
  return kept(a) === kept(b) || (b.length === 5 && kept(a) === kept([first * second, ...rest]));
}

function position(index: number, shape: readonly number[]): number[] {
  let rest = index;
  return shape
    .toReversed()
    .map((size) => {
      const at = rest % size;
      rest = (rest - at) / size;
      return at;
    })
    .reverse();
}
