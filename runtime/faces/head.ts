import { mix, smoothstep } from './curves.ts';
import type { Face } from './face.ts';
import { relief } from './features.ts';
import { gridNormals, gridTriangles, type Mesh } from './mesh.ts';
import { Ring, sectionAt } from './outline.ts';

const ROWS = 104;
const COLUMNS = 96;
const TRIANGLES = gridTriangles({ rows: ROWS, columns: COLUMNS, ring: true });

/** Columns are close in front, where the features are, and wide at the back. */
const RING = new Ring(
  Float64Array.from({ length: COLUMNS }, (_, column) => {
    const t = ((column + 0.5) / COLUMNS) * 2 - 1;
    return Math.PI * mix(t, t ** 3, 0.52);
  }),
);
/** Heights of the rows: close from the brows to the chin. */
const HEIGHTS = Float64Array.from({ length: ROWS }, (_, row) => {
  const t = row / (ROWS - 1);
  const turn =
    t < 0.18 ? (t / 0.18) * 0.38 : t < 0.9 ? mix(0.38, 0.9, (t - 0.18) / 0.72) : mix(0.9, 1, (t - 0.9) / 0.1);
  return -Math.cos(Math.PI * turn);
});

/** The skin of a head with its features, but for the ears. */
export function headMesh(face: Face): Mesh {
  const positions = new Float64Array(ROWS * COLUMNS * 3);
  for (let row = 0; row < ROWS; row++) {
    const y = HEIGHTS[row] as number;
    const section = sectionAt(face, y);
    for (let column = 0; column < COLUMNS; column++) {
      const x = RING.x(section, column);
      const z = RING.z(section, column);
      const vertex = (row * COLUMNS + column) * 3;
      positions[vertex] = x;
      positions[vertex + 1] = y;
      positions[vertex + 2] = z - featuresAt(face, x, y, z);
    }
  }
  const grid = { rows: ROWS, columns: COLUMNS, ring: true, positions };
  return { material: 'skin', positions, normals: gridNormals(grid), triangles: TRIANGLES, closed: true };
}

/** How far the features stand out at a point of the bare head: none at the sides and at the back. */
export function featuresAt(face: Face, x: number, y: number, z: number): number {
  const front = smoothstep(0.02, 0.45, -z / face.identity.depth);
  return front > 0 ? front * relief(face, x, y) : 0;
}
