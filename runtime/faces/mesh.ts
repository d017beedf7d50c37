/** What a surface is made of. */
export const MATERIALS = { skin: 0, ear: 1, hair: 2, cap: 3 } as const;
export type Material = keyof typeof MATERIALS;

/** A surface in head coordinates: x to the image's right, y down, z away from the camera, origin between the ears. */
export interface Mesh {
  readonly material: Material;
  /** [n,3]. */
  readonly positions: Float64Array;
  /** Unit normals that point outwards, [n,3]. */
  readonly normals: Float64Array;
  /** Indices of vertices, [m,3]. */
  readonly triangles: Uint32Array;
  /** Whether only its outside can be seen. */
  readonly closed: boolean;
  /** A value a vertex, [n]: the surface ends where it falls below zero. */
  readonly kept?: Float64Array;
}

/** A grid of vertices, row by row; columns may close to a ring. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly ring: boolean;
  /** [rows·columns,3]. */
  readonly positions: Float64Array;
}

/** The two triangles of every cell of a grid. */
export function gridTriangles({ rows, columns, ring }: Omit<Grid, 'positions'>): Uint32Array {
  const across = ring ? columns : columns - 1;
  const triangles = new Uint32Array((rows - 1) * across * 6);
  let next = 0;
  for (let row = 0; row < rows - 1; row++) {
    for (let column = 0; column < across; column++) {
      const a = row * columns + column;
      const b = row * columns + ((column + 1) % columns);
      const c = a + columns;
      const d = b + columns;
      triangles.set([a, b, c, b, d, c], next);
      next += 6;
    }
  }
  return triangles;
}

/** Unit normals of a grid from the differences of its neighbours: outwards where columns run to the right and rows down. */
export function gridNormals({ rows, columns, ring, positions: p }: Grid): Float64Array {
  const normals = new Float64Array(p.length);
  for (let row = 0; row < rows; row++) {
    const above = Math.max(row - 1, 0) * columns;
    const below = Math.min(row + 1, rows - 1) * columns;
    for (let column = 0; column < columns; column++) {
      const before = ring ? (column + columns - 1) % columns : Math.max(column - 1, 0);
      const after = ring ? (column + 1) % columns : Math.min(column + 1, columns - 1);
      const left = (row * columns + before) * 3;
      const right = (row * columns + after) * 3;
      const up = (above + column) * 3;
      const down = (below + column) * 3;
      const ax = (p[right] as number) - (p[left] as number);
      const ay = (p[right + 1] as number) - (p[left + 1] as number);
      const az = (p[right + 2] as number) - (p[left + 2] as number);
      const bx = (p[down] as number) - (p[up] as number);
      const by = (p[down + 1] as number) - (p[up + 1] as number);
      const bz = (p[down + 2] as number) - (p[up + 2] as number);
      const x = by * az - bz * ay;
      const y = bz * ax - bx * az;
      const z = bx * ay - by * ax;
      const length = Math.sqrt(x * x + y * y + z * z);
      const vertex = (row * columns + column) * 3;
      if (length === 0) {
        // a row that is a single point: the crown or the lowest point
        normals[vertex + 1] = Math.sign(p[vertex + 1] as number);
        continue;
      }
      normals[vertex] = x / length;
      normals[vertex + 1] = y / length;
      normals[vertex + 2] = z / length;
    }
  }
  return normals;
}
