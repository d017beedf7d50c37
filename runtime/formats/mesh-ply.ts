import type { Mesh } from './mesh.ts';

/** Bytes of a vertex: position, normal and texture position as float32, colour as bytes. */
const VERTEX = 8 * 4 + 3;
/** Bytes of a face: its number of vertices, then those. */
const FACE = 1 + 3 * 4;

/** A mesh as a binary PLY file (little-endian), with the colours of its vertices: 3 bytes each. */
export function toPly({ positions, normals, uvs, indices }: Mesh, colours: Uint8Array): Uint8Array {
  const vertices = positions.length / 3;
  const faces = indices.length / 3;
  if (colours.length !== 3 * vertices) {
    throw new RangeError(`${vertices} vertices cannot have ${colours.length / 3} colours`);
  }
  const floats = ['x', 'y', 'z', 'nx', 'ny', 'nz', 's', 't'].map((name) => `property float ${name}`);
  const bytes = ['red', 'green', 'blue'].map((name) => `property uchar ${name}`);
  const header = Buffer.from(
    [
      'ply',
      'format binary_little_endian 1.0',
      `element vertex ${vertices}`,
      ...floats,
      ...bytes,
      `element face ${faces}`,
      'property list uchar uint vertex_indices',
      'end_header\n',
    ].join('\n'),
  );
  const file = Buffer.alloc(header.length + vertices * VERTEX + faces * FACE);
  header.copy(file);
  let at = header.length;
  for (let vertex = 0; vertex < vertices; vertex++) {
    const values = [
      ...positions.subarray(3 * vertex, 3 * vertex + 3),
      ...normals.subarray(3 * vertex, 3 * vertex + 3),
      ...uvs.subarray(2 * vertex, 2 * vertex + 2),
    ];
    for (const value of values) at = file.writeFloatLE(value, at);
    file.set(colours.subarray(3 * vertex, 3 * vertex + 3), at);
    at += 3;
  }
  for (let face = 0; face < faces; face++) {
    at = file.writeUInt8(3, at);
    for (let corner = 0; corner < 3; corner++)
      at = file.writeUInt32LE(indices[3 * face + corner] as number, at);
  }
  return file;
}
