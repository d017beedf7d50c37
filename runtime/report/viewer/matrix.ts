/** A 4×4 matrix, column after column, as WebGL takes it. */
export type Matrix = Float32Array;

/**
 * The perspective of an eye at the origin that looks along −z: `fieldOfView` in radians from top to bottom, `aspect`
 * width over height, depths between `near` and `far` to −1 and 1.
 */
export function perspective(fieldOfView: number, aspect: number, near: number, far: number): Matrix {
  const f = 1 / Math.tan(fieldOfView / 2);
  const matrix = new Float32Array(16);
  matrix[0] = f / aspect;
  matrix[5] = f;
  matrix[10] = (far + near) / (near - far);
  matrix[11] = -1;
  matrix[14] = (2 * far * near) / (near - far);
  return matrix;
}

/** A turn about the vertical axis, then about the horizontal one: positive yaw shows the left side, positive pitch the top. */
export function turn(yaw: number, pitch: number): Matrix {
  const [cy, sy, cp, sp] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
  // biome-ignore format: one column of the matrix a line
  return new Float32Array([
    cy, sp * sy, -cp * sy, 0,
    0, cp, sp, 0,
    sy, -sp * cy, cp * cy, 0,
    0, 0, 0, 1,
  ]);
}

/** A point's place under a matrix, its fourth coordinate divided out. */
export function transformed(matrix: Matrix, [x, y, z]: readonly [number, number, number]): number[] {
  const row = (i: number) =>
    (matrix[i] as number) * x +
    (matrix[4 + i] as number) * y +
    (matrix[8 + i] as number) * z +
    (matrix[12 + i] as number);
  const w = row(3);
  return [row(0) / w, row(1) / w, row(2) / w];
}

/**
 * The distance of the eye at which a box of that half width and half height fits into the picture, with a margin for
 * what perspective and turning add.
 */
export function fittingDistance(
  fieldOfView: number,
  aspect: number,
  half: { readonly width: number; readonly height: number },
): number {
  const tangent = Math.tan(fieldOfView / 2);
  return (
    1.12 * Math.max(half.height / tangent, half.width / (tangent * aspect)) +
    Math.max(half.width, half.height) * 0.3
  );
}
