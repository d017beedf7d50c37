/** The lower triangular L with L·Lᵀ = covariance, row by row. @throws Error where the matrix is not positive definite */
export function cholesky(covariance: ArrayLike<number>, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  const at = (row: number, column: number) => factor[row * size + column] as number;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let rest = covariance[row * size + column] as number;
      for (let k = 0; k < column; k++) rest -= at(row, k) * at(column, k);
      if (row === column && !(rest > 0)) {
        throw new Error(`the covariance is no covariance: it is not positive definite (row ${row + 1})`);
      }
      factor[row * size + column] = row === column ? Math.sqrt(rest) : rest / at(column, column);
    }
  }
  return factor;
}

/** Refuses a matrix [size,size] that is not symmetric. */
export function expectSymmetric(matrix: ArrayLike<number>, size: number): void {
  for (let i = 0; i < size * size; i++) {
    const [value, mirrored] = [
      matrix[i] as number,
      matrix[(i % size) * size + Math.floor(i / size)] as number,
    ];
    if (!(Math.abs(value - mirrored) <= 1e-4 * (Math.abs(value) + Math.abs(mirrored)) + 1e-7)) {
      throw new Error(`the covariance is no covariance: it is not symmetric (${value} and ${mirrored})`);
    }
  }
}
