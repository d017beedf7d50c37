// A regular grid of S×S vertices (x, y, z) as triangles. Faces are numbered in four groups of (S-1)² in row-major
// order of their cells: the triangles at the upper left corner of each cell, those at the lower right, then both
// again with the vertices in reverse order, which makes either side visible.
export const VERTEX_BYTES: usize = 12;

export let vertex0: usize = 0;
export let vertex1: usize = 0;
export let vertex2: usize = 0;

/** Points vertex0..2 at the vertices of a cell's upper or lower triangle. */
// @ts-ignore: decorator
@inline
export function locate(vertices: usize, size: u32, row: u32, column: u32, lower: bool): void {
  const corner = vertices + <usize>(row * size + column) * VERTEX_BYTES;
  const below = corner + <usize>size * VERTEX_BYTES;
  vertex0 = lower ? corner + VERTEX_BYTES : corner;
  vertex1 = below;
  vertex2 = lower ? below + VERTEX_BYTES : corner + VERTEX_BYTES;
}

/** Points vertex0..2 at the vertices of the face with this number, as it was drawn. */
// @ts-ignore: decorator
@inline
export function locateFace(vertices: usize, size: u32, face: u32): void {
  const cells = (size - 1) * (size - 1);
  const reversed = face >= 2 * cells;
  let cell = reversed ? face - 2 * cells : face;
  const lower = cell >= cells;
  if (lower) cell -= cells;
  // Several times faster than an integer division; the half keeps it exact.
  const row = <u32>((<f64>cell + 0.5) / <f64>(size - 1));
  locate(vertices, size, row, cell - row * (size - 1), lower);
  if (reversed) {
    const first = vertex0;
    vertex0 = vertex2;
    vertex2 = first;
  }
}

// One coordinate of three vertices in lanes 0 to 2; lane 3 repeats the third vertex. Loads 16 bytes per vertex.
// @ts-ignore: decorator
@inline
export function gatherX(v0: usize, v1: usize, v2: usize): v128 {
  const pair = v128.shuffle<f32>(v128.load(v0), v128.load(v1), 0, 4, 0, 4);
  return v128.shuffle<f32>(pair, v128.load(v2), 0, 1, 4, 4);
}

// @ts-ignore: decorator
@inline
export function gatherY(v0: usize, v1: usize, v2: usize): v128 {
  const pair = v128.shuffle<f32>(v128.load(v0), v128.load(v1), 1, 5, 1, 5);
  return v128.shuffle<f32>(pair, v128.load(v2), 0, 1, 5, 5);
}

// @ts-ignore: decorator
@inline
export function gatherZ(v0: usize, v1: usize, v2: usize): v128 {
  const pair = v128.shuffle<f32>(v128.load(v0), v128.load(v1), 2, 6, 2, 6);
  return v128.shuffle<f32>(pair, v128.load(v2), 0, 1, 6, 6);
}

/** (v1, v2, v0) of (v0, v1, v2). */
// @ts-ignore: decorator
@inline
export function next(v: v128): v128 {
  return v128.shuffle<f32>(v, v, 1, 2, 0, 0);
}

/** (v2, v0, v1) of (v0, v1, v2). */
// @ts-ignore: decorator
@inline
export function previous(v: v128): v128 {
  return v128.shuffle<f32>(v, v, 2, 0, 1, 1);
}
