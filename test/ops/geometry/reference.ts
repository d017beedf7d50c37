/** The geometry in double precision, point by point, from the definitions. */

export type Vector = readonly [number, number, number];
export type Matrix = readonly [Vector, Vector, Vector];

export function dot([ax, ay, az]: Vector, [bx, by, bz]: Vector): number {
  return ax * bx + ay * by + az * bz;
}

export function times(matrix: Matrix, vector: Vector): Vector {
  return [dot(matrix[0], vector), dot(matrix[1], vector), dot(matrix[2], vector)];
}

export function transpose([[a, b, c], [d, e, f], [g, h, i]]: Matrix): Matrix {
  return [
    [a, d, g],
    [b, e, h],
    [c, f, i],
  ];
}

function product(a: Matrix, b: Matrix): Matrix {
  const columns = transpose(b);
  return [times(columns, a[0]), times(columns, a[1]), times(columns, a[2])];
}

/** Rz·Ry·Rx as a product of three matrices. */
export function rotation(rx: number, ry: number, rz: number): Matrix {
  const [cx, cy, cz] = [Math.cos(rx), Math.cos(ry), Math.cos(rz)];
  const [sx, sy, sz] = [Math.sin(rx), Math.sin(ry), Math.sin(rz)];
  const x: Matrix = [
    [1, 0, 0],
    [0, cx, -sx],
    [0, sx, cx],
  ];
  const y: Matrix = [
    [cy, 0, sy],
    [0, 1, 0],
    [-sy, 0, cy],
  ];
  const z: Matrix = [
    [cz, -sz, 0],
    [sz, cz, 0],
    [0, 0, 1],
  ];
  return product(product(z, y), x);
}

/** The point of a pixel: focal length (size − 1)/2 / tan(fov/2), principal point (size − 1)/2. */
export function backProject(u: number, v: number, depth: number, size: number, fov: number): Vector {
  const centre = (size - 1) / 2;
  const slope = Math.tan((fov / 2) * (Math.PI / 180)) / centre;
  return [(u - centre) * slope * depth, (v - centre) * slope * depth, depth];
}

/** Sampling coordinates of a point: its pixel position, from −1 to 1 between the outermost pixel centres. */
export function project([x, y, z]: Vector, size: number, fov: number): [number, number] {
  const centre = (size - 1) / 2;
  const focal = centre / Math.tan((fov / 2) * (Math.PI / 180));
  const normalized = (slope: number) => ((focal * slope + centre) / (size - 1)) * 2 - 1;
  return [normalized(x / z), normalized(y / z)];
}

/** All points of depth maps [B,size,size], flat. */
export function backProjectMaps(depth: ArrayLike<number>, size: number, fov: number): Vector[] {
  return Array.from(depth, (d, i) => backProject(i % size, Math.floor(i / size) % size, d, size, fov));
}

/** The view [6] applied about (0, 0, centre): R·(p − c) + c + t. */
export function applyView(point: Vector, view: ArrayLike<number>, centre: number): Vector {
  const [rx, ry, rz, tx, ty, tz] = Array.from(view) as [number, number, number, number, number, number];
  const [x, y, z] = times(rotation(rx, ry, rz), [point[0], point[1], point[2] - centre]);
  return [x + tx, y + ty, z + centre + tz];
}

/** What undoes it: Rᵀ·(p − t − c) + c. */
export function applyInverseView(point: Vector, view: ArrayLike<number>, centre: number): Vector {
  const [rx, ry, rz, tx, ty, tz] = Array.from(view) as [number, number, number, number, number, number];
  const moved: Vector = [point[0] - tx, point[1] - ty, point[2] - tz - centre];
  const [x, y, z] = times(transpose(rotation(rx, ry, rz)), moved);
  return [x, y, z + centre];
}
