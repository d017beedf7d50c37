/** Values that a linear combination of terms should give: n rows of T terms and of C values. */
export interface LinearProblem {
  /** [n,T] in C order. */
  readonly terms: Float64Array;
  /** [n,C] in C order. */
  readonly values: Float64Array;
  readonly channels: number;
}

/** Coefficients and how far each row is from what they give. */
export interface LinearFit {
  /** [T,C] in C order. */
  readonly coefficients: Float64Array;
  /** The distance of each row's values from the fit, [n]. */
  readonly errors: Float64Array;
}

/** How a fit that some rows do not follow is made. */
export interface RobustOptions {
  /** Fits, each with weights from the errors of the one before. */
  readonly fits: number;
  /** The error at which a row counts a quarter, from all errors in rising order. */
  readonly scale: (errors: Float64Array) => number;
  /** Weights to begin with, [n]; all 1 by default. */
  readonly weights?: Float64Array;
}

/** Keeps the normal equations solvable where rows tell nothing about a term; far below what rows tell otherwise. */
const RIDGE = 1e-7;

/** The coefficients [T,C] with the least sum of squared errors, each row's times its weight. */
export function leastSquares(problem: LinearProblem, weights?: ArrayLike<number>): Float64Array {
  const { terms, values, channels } = problem;
  const count = values.length / channels;
  const unknowns = terms.length / count;
  const columns = unknowns + channels;
  // The normal equations, with the right-hand sides beside them.
  const m = new Float64Array(unknowns * columns);
  for (let row = 0; row < count; row++) {
    const weight = weights ? (weights[row] as number) : 1;
    for (let t = 0; t < unknowns; t++) {
      const share = weight * (terms[row * unknowns + t] as number);
      const at = t * columns;
      for (let u = 0; u < unknowns; u++)
        m[at + u] = (m[at + u] as number) + share * (terms[row * unknowns + u] as number);
      for (let c = 0; c < channels; c++)
        m[at + unknowns + c] =
          (m[at + unknowns + c] as number) + share * (values[row * channels + c] as number);
    }
  }
  for (let t = 0; t < unknowns; t++) m[t * columns + t] = (m[t * columns + t] as number) + RIDGE * count;
  eliminate(m, unknowns, columns);
  const coefficients = new Float64Array(unknowns * channels);
  for (let t = 0; t < unknowns; t++) {
    coefficients.set(m.subarray(t * columns + unknowns, (t + 1) * columns), t * channels);
  }
  return coefficients;
}

/**
 * A fit in which rows count the less the farther they are from it, and far ones nothing: weights
 * 1 / (1 + (error / scale)²)², of Geman and McClure.
 */
export function robustLeastSquares(
  problem: LinearProblem,
  { fits, scale, weights }: RobustOptions,
): LinearFit {
  let fit: LinearFit = { coefficients: new Float64Array(), errors: new Float64Array() };
  let counted: Float64Array | undefined = weights;
  for (let i = 0; i < fits; i++) {
    const coefficients = leastSquares(problem, counted);
    const errors = errorsOf(problem, coefficients);
    const quarter = scale(errors.slice().sort());
    counted = errors.map((error) => 1 / (1 + (error / quarter) ** 2) ** 2);
    fit = { coefficients, errors };
  }
  return fit;
}

function errorsOf({ terms, values, channels }: LinearProblem, coefficients: Float64Array): Float64Array {
  const unknowns = coefficients.length / channels;
  const errors = new Float64Array(values.length / channels);
  for (let row = 0; row < errors.length; row++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      let error = values[row * channels + c] as number;
      for (let t = 0; t < unknowns; t++)
        error -= (terms[row * unknowns + t] as number) * (coefficients[t * channels + c] as number);
      sum += error * error;
    }
    errors[row] = Math.sqrt(sum);
  }
  return errors;
}

/** Gauss and Jordan, in place; the matrix is positive definite, so it needs no pivoting. */
function eliminate(m: Float64Array, rows: number, columns: number): void {
  for (let t = 0; t < rows; t++) {
    const scale = m[t * columns + t] as number;
    for (let u = t; u < columns; u++) m[t * columns + u] = (m[t * columns + u] as number) / scale;
    for (let other = 0; other < rows; other++) {
      const factor = m[other * columns + t] as number;
      if (other === t || factor === 0) continue;
      for (let u = t; u < columns; u++)
        m[other * columns + u] = (m[other * columns + u] as number) - factor * (m[t * columns + u] as number);
    }
  }
}
