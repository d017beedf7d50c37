import type { Face } from './face.ts';

export type Matrix = readonly [number, number, number, number, number, number, number, number, number];
/** Turns about x, y and z in radians, then the shift in scene units. */
export type View = readonly [number, number, number, number, number, number];

/** The view of a face as the method writes it: the same turns about (0, 0, 1), the same order. */
export function viewOf({ pose }: Pick<Face, 'pose'>): View {
  const radians = Math.PI / 180;
  return [pose.pitch * radians, pose.yaw * radians, pose.roll * radians, pose.x, pose.y, 0];
}

/** The rotation Rz·Ry·Rx of the view, row by row. */
export function viewRotation(face: Pick<Face, 'pose'>): Matrix {
  const [rx, ry, rz] = viewOf(face);
  const [sx, sy, sz] = [Math.sin(rx), Math.sin(ry), Math.sin(rz)];
  const [cx, cy, cz] = [Math.cos(rx), Math.cos(ry), Math.cos(rz)];
  return [
    cz * cy,
    cz * sy * sx - sz * cx,
    cz * sy * cx + sz * sx,
    sz * cy,
    sz * sy * sx + cz * cx,
    sz * sy * cx - cz * sx,
    -sy,
    cy * sx,
    cy * cx,
  ];
}

/** A direction before a rotation: the transposed matrix times it. */
export function turnedBack(
  r: Matrix,
  [x, y, z]: readonly [number, number, number],
): [number, number, number] {
  return [r[0] * x + r[3] * y + r[6] * z, r[1] * x + r[4] * y + r[7] * z, r[2] * x + r[5] * y + r[8] * z];
}
