import type { GlbMesh } from './glb.ts';
import type { PackedMesh } from './viewer/packed-mesh.ts';

/** Bytes of a vertex: position and texture place in 16 bits a number, normal the same with a sign. */
const VERTEX = 16;

/**
 * A mesh as the page holds it, at half the size of the file: positions in 65535ths of the box around them, texture
 * places in 65535ths, normals in 32767ths, and indices of two bytes where they suffice.
 */
export function packMesh({ positions, normals, uvs, indices }: Omit<GlbMesh, 'texture'>): PackedMesh {
  const vertices = positions.length / 3;
  const box = [0, 1, 2].map((axis) => extent(positions, axis));
  const indexBytes = vertices > 65_536 ? 4 : 2;
  const data = Buffer.alloc(vertices * VERTEX + indices.length * indexBytes);
  for (let vertex = 0; vertex < vertices; vertex++) {
    const at = vertex * VERTEX;
    for (const [axis, { low, size }] of box.entries()) {
      const value = positions[vertex * 3 + axis] as number;
      data.writeUInt16LE(size > 0 ? share((value - low) / size) : 0, at + 2 * axis);
      const normal = Math.min(1, Math.max(-1, normals[vertex * 3 + axis] as number));
      data.writeInt16LE(Math.round(normal * 32_767), at + 10 + 2 * axis);
    }
    data.writeUInt16LE(share(uvs[vertex * 2] as number), at + 6);
    data.writeUInt16LE(share(uvs[vertex * 2 + 1] as number), at + 8);
  }
  for (const [i, index] of indices.entries()) {
    data.writeUIntLE(index, vertices * VERTEX + i * indexBytes, indexBytes);
  }
  return {
    vertices,
    indices: indices.length,
    indexBytes,
    low: box.map(({ low }) => low),
    size: box.map(({ size }) => size),
    data: data.toString('base64'),
  };
}

function share(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * 65_535);
}

function extent(positions: Float32Array, axis: number): { low: number; size: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = axis; i < positions.length; i += 3) {
    low = Math.min(low, positions[i] as number);
    high = Math.max(high, positions[i] as number);
  }
  return { low, size: high - low };
}
