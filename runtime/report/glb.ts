/** A mesh as a GLB file has it: triangles with positions, normals, texture places and maybe a picture. */
export interface GlbMesh {
  readonly positions: Float32Array;
  readonly normals: Float32Array;
  /** u from the left and v from the top, 0 to 1. */
  readonly uvs: Float32Array;
  readonly indices: Uint32Array;
  readonly texture: Buffer | undefined;
}

interface Accessor {
  readonly bufferView?: unknown;
  readonly byteOffset?: unknown;
  readonly componentType?: unknown;
  readonly count?: unknown;
  readonly type?: unknown;
}

interface View {
  readonly byteOffset?: unknown;
  readonly byteLength?: unknown;
  readonly byteStride?: unknown;
}

interface Gltf {
  readonly meshes?: readonly {
    readonly primitives?: readonly {
      readonly attributes?: Readonly<Record<string, unknown>>;
      readonly indices?: unknown;
    }[];
  }[];
  readonly accessors?: readonly Accessor[];
  readonly bufferViews?: readonly View[];
  readonly images?: readonly { readonly bufferView?: unknown }[];
}

const [GLTF, JSON_CHUNK, BINARY_CHUNK] = [0x46546c67, 0x4e4f534a, 0x004e4942];
const [FLOAT, UNSIGNED_SHORT, UNSIGNED_INT] = [5126, 5123, 5125];
const WIDTHS = new Map([
  ['SCALAR', 1],
  ['VEC2', 2],
  ['VEC3', 3],
]);

/**
 * Reads the first primitive of a binary glTF 2.0 file that holds all it needs, as `sink/mesh` writes them: tightly
 * packed floats, indexed triangles, the first image as the texture.
 *
 * @throws Error with a reason for people on anything else
 */
export function readGlb(bytes: Buffer): GlbMesh {
  const { document, binary } = chunks(bytes);
  const primitive = document.meshes?.[0]?.primitives?.[0];
  const part = (index: unknown, type: string, components: readonly number[]) =>
    accessorOf(document, binary, { index, type, components });
  const positions = floats(part(primitive?.attributes?.POSITION, 'VEC3', [FLOAT]));
  const normals = floats(part(primitive?.attributes?.NORMAL, 'VEC3', [FLOAT]));
  const uvs = floats(part(primitive?.attributes?.TEXCOORD_0, 'VEC2', [FLOAT]));
  const vertices = positions.length / 3;
  if (normals.length !== 3 * vertices || uvs.length !== 2 * vertices)
    throw new Error('its vertices do not agree');
  const { data, component } = part(primitive?.indices, 'SCALAR', [UNSIGNED_SHORT, UNSIGNED_INT]);
  const indices =
    component === UNSIGNED_INT
      ? Uint32Array.from({ length: data.length / 4 }, (_, i) => data.readUInt32LE(4 * i))
      : Uint32Array.from({ length: data.length / 2 }, (_, i) => data.readUInt16LE(2 * i));
  if (indices.length === 0 || indices.length % 3 !== 0) throw new Error('it has no triangles');
  if (indices.some((index) => index >= vertices))
    throw new Error('its triangles name vertices that it lacks');
  if (![positions, normals, uvs].every((values) => values.every(Number.isFinite))) {
    throw new Error('its vertices are not finite');
  }
  const picture = document.images?.[0]?.bufferView;
  return {
    positions,
    normals,
    uvs,
    indices,
    texture: picture === undefined ? undefined : viewOf(document, binary, picture),
  };
}

function chunks(bytes: Buffer): { document: Gltf; binary: Buffer } {
  if (bytes.length < 20 || bytes.readUInt32LE(0) !== GLTF || bytes.readUInt32LE(4) !== 2) {
    throw new Error('it is no GLB file of version 2');
  }
  const text = chunk(bytes, 12, JSON_CHUNK);
  const binary = chunk(bytes, 20 + text.length, BINARY_CHUNK);
  const document: unknown = JSON.parse(text.toString('utf8'));
  if (typeof document !== 'object' || document === null) throw new Error('it has no description');
  return { document, binary };
}

function chunk(bytes: Buffer, at: number, type: number): Buffer {
  if (at + 8 > bytes.length || bytes.readUInt32LE(at + 4) !== type)
    throw new Error('the GLB file is incomplete');
  const end = at + 8 + bytes.readUInt32LE(at);
  if (end > bytes.length) throw new Error('the GLB file is cut off');
  return bytes.subarray(at + 8, end);
}

function accessorOf(
  document: Gltf,
  binary: Buffer,
  { index, type, components }: { index: unknown; type: string; components: readonly number[] },
): { data: Buffer; component: number } {
  const accessor = document.accessors?.[place(index)];
  const component = Number(accessor?.componentType);
  if (accessor?.type !== type || !components.includes(component))
    throw new Error('the shape is not as sinks write it');
  const size = component === UNSIGNED_SHORT ? 2 : 4;
  const view = viewOf(document, binary, accessor.bufferView, size * (WIDTHS.get(type) as number));
  const from = place(accessor.byteOffset ?? 0);
  const end = from + place(accessor.count) * size * (WIDTHS.get(type) as number);
  if (end > view.length) throw new Error('the GLB file is cut off');
  return { data: view.subarray(from, end), component };
}

function viewOf(document: Gltf, binary: Buffer, index: unknown, stride?: number): Buffer {
  const view = document.bufferViews?.[place(index)];
  if (!view) throw new Error('the GLB file is incomplete');
  if (view.byteStride !== undefined && view.byteStride !== stride)
    throw new Error('its vertices are interleaved');
  const from = place(view.byteOffset ?? 0);
  const end = from + place(view.byteLength);
  if (end > binary.length) throw new Error('the GLB file is cut off');
  return binary.subarray(from, end);
}

function place(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new Error('the GLB file is damaged');
  return value;
}

function floats({ data }: { data: Buffer }): Float32Array {
  return Float32Array.from({ length: data.length / 4 }, (_, i) => data.readFloatLE(4 * i));
}
