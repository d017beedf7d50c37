/** A triangle mesh: x to the right, y up, z towards the viewer; triangles run counter-clockwise seen from outside. */
export interface Mesh {
  /** x, y, z of each vertex. */
  readonly positions: Float32Array;
  /** Outward unit normals. */
  readonly normals: Float32Array;
  /** Position in the texture, 0 to 1: u from the left, v from the bottom. */
  readonly uvs: Float32Array;
  /** Three vertices a triangle, counted from 0. */
  readonly indices: Uint32Array;
}

export interface GridMeshInput {
  /** Rows and columns. */
  readonly size: number;
  /** Points [S,S,3] in camera coordinates: x right, y down, z away from the viewer. */
  readonly points: Float32Array;
  /** Normals [S,S,3] as `normalsFromDepth` gives them. */
  readonly normals: Float32Array;
  /** Units of the mesh in one scene unit; the original writes 100. */
  readonly scale?: number;
  /** Weights [S,S]: cells with a corner below 0.5 are left out. */
  readonly mask?: Float32Array | undefined;
}

/**
 * The surface of a depth map as a mesh, as the original exports it: the grid's vertices and one more in the middle of
 * every cell, four triangles a cell. z is counted from depth 1.
 *
 * @throws RangeError on sizes that do not agree
 */
export function gridMesh({ size, points, normals, scale = 100, mask }: GridMeshInput): Mesh {
  const pixels = size * size;
  if (!(size >= 2) || points.length !== 3 * pixels || normals.length !== 3 * pixels) {
    throw new RangeError(
      `a mesh of size ${size} cannot have ${points.length / 3} points and ${normals.length / 3} normals`,
    );
  }
  const [f, s] = [Math.fround, Math.fround(scale)];
  const corners = points.map((value, i) => (i % 3 === 0 ? value : i % 3 === 1 ? -value : f(1 - value)) * s);
  const outward = normals.map((value, i) => (i % 3 === 0 ? -value : value));
  const uv = (x: number) => f(f((2 * x) / (size - 1) - 1) / 2 + 0.5);
  const texture = Float32Array.from({ length: 2 * pixels }, (_, i) => {
    const pixel = i >> 1;
    return i % 2 === 0 ? uv(pixel % size) : uv(size - 1 - Math.floor(pixel / size));
  });
  return {
    positions: withCentres(corners, size, 3),
    normals: withCentres(outward, size, 3, { unit: true }),
    uvs: withCentres(texture, size, 2),
    indices: triangles(size, mask),
  };
}

/** Values at the vertices, then their means at the cells' middles, made unit vectors where asked for. */
function withCentres(
  values: Float32Array,
  size: number,
  width: number,
  { unit = false }: { unit?: boolean } = {},
): Float32Array {
  const cells = (size - 1) ** 2;
  const result = new Float32Array(values.length + cells * width);
  result.set(values);
  for (let cell = 0; cell < cells; cell++) {
    const corner = cell + Math.floor(cell / (size - 1));
    const at = values.length + cell * width;
    for (let c = 0; c < width; c++) {
      const sum = [0, 1, size, size + 1].reduce(
        (total, step) => total + (values[(corner + step) * width + c] as number),
        0,
      );
      result[at + c] = sum / 4;
    }
    if (!unit) continue;
    const length = Math.hypot(...result.subarray(at, at + width));
    for (let c = 0; c < width; c++) result[at + c] = (result[at + c] as number) / length;
  }
  return result;
}

/** All cells' left triangles, then all lower, right and upper ones. */
function triangles(size: number, mask: Float32Array | undefined): Uint32Array {
  const cells = Array.from({ length: (size - 1) ** 2 }, (_, cell) => {
    const upper = cell + Math.floor(cell / (size - 1));
    return { upper, lower: upper + size, centre: size * size + cell };
  });
  const inside = (vertex: number) => !mask || (mask[vertex] as number) >= 0.5;
  const kept = cells.filter(({ upper, lower }) => [upper, upper + 1, lower, lower + 1].every(inside));
  return Uint32Array.from([
    ...kept.flatMap(({ upper, lower, centre }) => [upper, lower, centre]),
    ...kept.flatMap(({ lower, centre }) => [lower, lower + 1, centre]),
    ...kept.flatMap(({ upper, lower, centre }) => [lower + 1, upper + 1, centre]),
    ...kept.flatMap(({ upper, centre }) => [upper + 1, upper, centre]),
  ]);
}

/** Colours of a {@link gridMesh}'s vertices from a picture [S,S,3], one byte each: its pixels, then means of four. */
export function gridColours(pixels: Uint8Array, size: number): Uint8Array {
  return Uint8Array.from(withCentres(Float32Array.from(pixels), size, 3), Math.round);
}
