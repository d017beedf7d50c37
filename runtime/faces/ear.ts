import { bump2 } from './curves.ts';
import type { Face } from './face.ts';
import { gridNormals, gridTriangles, type Mesh } from './mesh.ts';
import { Ring, sectionAt } from './outline.ts';

const ROWS = 12;
const COLUMNS = 20;
const TRIANGLES = gridTriangles({ rows: ROWS, columns: COLUMNS, ring: true });

/** Height of the middle of an ear, and where it grows out of the head. */
const HEIGHT = 0.12;
const PLACE = new Ring(Float64Array.of((94 * Math.PI) / 180));

/** The ear at one side: −1 is the left of the image, 1 the right. A flat ellipsoid with a hollow, turned outwards. */
export function earMesh(face: Face, side: -1 | 1): Mesh {
  const { identity } = face;
  const section = sectionAt(face, HEIGHT);
  const atX = PLACE.x(section, 0);
  const atZ = PLACE.z(section, 0);
  const flare = (identity.earFlare * Math.PI) / 180;
  const positions = new Float64Array(ROWS * COLUMNS * 3);
  for (let row = 0; row < ROWS; row++) {
    const a = (Math.PI * row) / (ROWS - 1);
    for (let column = 0; column < COLUMNS; column++) {
      const b = (2 * Math.PI * column) / COLUMNS;
      const narrow = 1 - 0.22 * Math.cos(a + Math.PI);
      const v = -Math.cos(a);
      const u = Math.sin(a) * Math.cos(b) * narrow;
      const hollow = bump2((u + 0.15) / 0.5, (v + 0.05) / 0.5);
      // thickness towards the outside of the head, then the ear's plane turned about its front edge
      const out = 0.035 * Math.sin(a) * Math.sin(b) - (Math.sin(b) > 0 ? 0.05 * hollow : 0);
      const back = identity.ears * 0.62 * (u + 0.75);
      const vertex = (row * COLUMNS + column) * 3;
      positions[vertex] = side * (atX - 0.012 + out * Math.cos(flare) + back * Math.sin(flare));
      positions[vertex + 1] = HEIGHT + identity.ears * v - 0.12 * back;
      positions[vertex + 2] = atZ + back * Math.cos(flare) - out * Math.sin(flare);
    }
  }
  const normals = gridNormals({ rows: ROWS, columns: COLUMNS, ring: true, positions });
  if (side > 0) for (let i = 0; i < normals.length; i++) normals[i] = -(normals[i] as number);
  return { material: 'ear', positions, normals, triangles: TRIANGLES, closed: false };
}
