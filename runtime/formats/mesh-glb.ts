import type { Mesh } from './mesh.ts';

export interface GlbOptions {
  /** The texture as the bytes of a PNG file. */
  readonly texture: Uint8Array;
  /** True: shown as the texture is, without light, for textures that carry their shading. Default false. */
  readonly unlit?: boolean;
  readonly name?: string;
}

const GLTF = 0x46546c67;
const JSON_CHUNK = 0x4e4f534a;
const BINARY_CHUNK = 0x004e4942;
const [FLOAT, UNSIGNED_INT] = [5126, 5125];
const [ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER] = [34962, 34963];
const UNLIT = 'KHR_materials_unlit';

/**
 * A textured mesh as a binary glTF 2.0 file: one node, one primitive, one embedded texture. glTF counts texture rows
 * from the top, so v is turned over.
 */
export function toGlb(mesh: Mesh, { texture, unlit = false, name = 'shape' }: GlbOptions): Uint8Array {
  const uvs = mesh.uvs.map((value, i) => (i % 2 === 0 ? value : 1 - value));
  const parts = [mesh.positions, mesh.normals, uvs, mesh.indices, texture].map(
    ({ buffer, byteOffset, byteLength }) => padded(Buffer.from(buffer, byteOffset, byteLength), 0),
  );
  const starts = parts.map((_, i) => parts.slice(0, i).reduce((sum, part) => sum + part.length, 0));
  const lengths = [mesh.positions, mesh.normals, uvs, mesh.indices, texture].map((part) => part.byteLength);
  const targets = [ARRAY_BUFFER, ARRAY_BUFFER, ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER, undefined];
  const vertices = mesh.positions.length / 3;
  const document = {
    asset: { version: '2.0', generator: 'gan2shape' },
    ...(unlit && { extensionsUsed: [UNLIT] }),
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [{ mesh: 0, name }],
    meshes: [
      {
        name,
        primitives: [{ attributes: { POSITION: 0, NORMAL: 1, TEXCOORD_0: 2 }, indices: 3, material: 0 }],
      },
    ],
    materials: [
      {
        doubleSided: true,
        pbrMetallicRoughness: { baseColorTexture: { index: 0 }, metallicFactor: 0, roughnessFactor: 1 },
        ...(unlit && { extensions: { [UNLIT]: {} } }),
      },
    ],
    textures: [{ source: 0, sampler: 0 }],
    samplers: [{ magFilter: 9729, minFilter: 9987, wrapS: 33071, wrapT: 33071 }],
    images: [{ bufferView: 4, mimeType: 'image/png' }],
    accessors: [
      { bufferView: 0, componentType: FLOAT, count: vertices, type: 'VEC3', ...bounds(mesh.positions) },
      { bufferView: 1, componentType: FLOAT, count: vertices, type: 'VEC3' },
      { bufferView: 2, componentType: FLOAT, count: vertices, type: 'VEC2' },
      { bufferView: 3, componentType: UNSIGNED_INT, count: mesh.indices.length, type: 'SCALAR' },
    ],
    bufferViews: parts.map((_, i) => ({
      buffer: 0,
      byteOffset: starts[i],
      byteLength: lengths[i],
      ...(targets[i] !== undefined && { target: targets[i] }),
    })),
    buffers: [{ byteLength: parts.reduce((sum, part) => sum + part.length, 0) }],
  };
  const json = chunk(JSON_CHUNK, padded(Buffer.from(JSON.stringify(document)), 0x20));
  const binary = chunk(BINARY_CHUNK, Buffer.concat(parts));
  const header = Buffer.alloc(12);
  [GLTF, 2, header.length + json.length + binary.length].forEach((value, i) => {
    header.writeUInt32LE(value, 4 * i);
  });
  return Buffer.concat([header, json, binary]);
}

function chunk(type: number, content: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(content.length, 0);
  header.writeUInt32LE(type, 4);
  return Buffer.concat([header, content]);
}

/** glTF has everything begin at multiples of four bytes. */
function padded(bytes: Buffer, filler: number): Buffer {
  const missing = (4 - (bytes.length % 4)) % 4;
  return missing === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(missing, filler)]);
}

function bounds(positions: Float32Array): { min: number[]; max: number[] } {
  const min = [Infinity, Infinity, Infinity];
  const max = [-Infinity, -Infinity, -Infinity];
  positions.forEach((value, i) => {
    min[i % 3] = Math.min(min[i % 3] as number, value);
    max[i % 3] = Math.max(max[i % 3] as number, value);
  });
  return { min, max };
}
