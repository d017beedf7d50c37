import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../runtime/engine/index.ts';
import { gridColours, gridMesh, type Mesh } from '../../runtime/formats/mesh.ts';
import { toGlb } from '../../runtime/formats/mesh-glb.ts';
import { toMtl, toObj } from '../../runtime/formats/mesh-obj.ts';
import { toPly } from '../../runtime/formats/mesh-ply.ts';
import { createCamera, depthToPoints, normalsFromDepth } from '../../runtime/ops/index.ts';

const SIZE = 5;
let dome: { size: number; points: Float32Array; normals: Float32Array };
let mesh: Mesh;

beforeAll(async () => {
  await useEngine('cpu');
  const depth = Float32Array.from({ length: SIZE * SIZE }, (_, i) => {
    const [x, y] = [(i % SIZE) - 2, Math.floor(i / SIZE) - 2];
    return 0.95 + 0.01 * (x * x + y * y);
  });
  const camera = createCamera({ size: SIZE, fov: 10 });
  const map = tf.tensor3d(depth, [1, SIZE, SIZE]);
  const points = await depthToPoints(map, camera).data<'float32'>();
  dome = { size: SIZE, points, normals: await normalsFromDepth(map, camera).data<'float32'>() };
  mesh = gridMesh(dome);
});

const vertex = ({ positions }: Mesh, i: number) => Array.from(positions.subarray(3 * i, 3 * i + 3));

describe('gridMesh', () => {
  it('has the grid and the middles of cells as vertices, four triangles a cell', () => {
    expect(mesh.positions.length / 3).toBe(25 + 16);
    expect(mesh.indices.length / 3).toBe(4 * 16);
    expect(Math.max(...mesh.indices)).toBe(40);
    const corners = [0, 1, 5, 6].map((i) => vertex(mesh, i));
    const middle = vertex(mesh, 25);
    middle.forEach((value, c) => {
      expect(value).toBeCloseTo(corners.reduce((sum, corner) => sum + (corner[c] as number), 0) / 4, 4);
    });
  });

  it('turns the camera’s axes into y up, z towards the viewer, in hundredths', () => {
    // The middle pixel lies on the axis at depth 0.95; the upper left one at slope tan 5° left and up, depth 1.03.
    expect(vertex(mesh, 12)).toEqual([0, expect.closeTo(0, 6), expect.closeTo(5, 4)]);
    const edge = 103 * Math.tan(Math.PI / 36);
    expect(vertex(mesh, 0)).toEqual([
      expect.closeTo(-edge, 4),
      expect.closeTo(edge, 4),
      expect.closeTo(-3, 4),
    ]);
  });

  it('has unit normals that face the way its triangles do, towards the viewer', () => {
    for (let i = 0; i < mesh.indices.length; i += 3) {
      const [a, b, c] = [0, 1, 2].map((k) => vertex(mesh, mesh.indices[i + k] as number)) as number[][];
      const edge = (p: number[] = [], q: number[] = []) => p.map((value, k) => (q[k] as number) - value);
      const [u, v] = [edge(a, b), edge(a, c)] as [[number, number, number], [number, number, number]];
      const normal = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
      const shading = mesh.normals.subarray(
        3 * (mesh.indices[i + 2] as number),
        3 * (mesh.indices[i + 2] as number) + 3,
      );
      expect(normal[2]).toBeGreaterThan(0);
      expect(normal.reduce((sum, value, k) => sum + value * (shading[k] as number), 0)).toBeGreaterThan(0);
      expect(Math.hypot(...shading)).toBeCloseTo(1, 5);
    }
  });

  it('maps the corners of the texture to the corners of the grid', () => {
    const uv = (i: number) => Array.from(mesh.uvs.subarray(2 * i, 2 * i + 2));
    expect([uv(0), uv(4), uv(20), uv(24), uv(12)]).toEqual([
      [0, 1],
      [1, 1],
      [0, 0],
      [1, 0],
      [0.5, 0.5],
    ]);
  });

  it('leaves out cells that a mask does not hold', () => {
    const mask = new Float32Array(25).fill(1);
    mask[0] = 0;
    expect(gridMesh({ ...dome, mask }).indices.length / 3).toBe(4 * 15);
    expect(gridMesh({ ...dome, mask: new Float32Array(25) }).indices.length).toBe(0);
  });

  it('refuses sizes that do not agree', () => {
    expect(() => gridMesh({ ...dome, size: 4 })).toThrow('a mesh of size 4 cannot have 25 points');
  });
});

describe('files', () => {
  it('writes OBJ that parses back', () => {
    const lines = toObj(mesh, { material: 'a.mtl' }).split('\n');
    const rows = (keyword: string) => lines.filter((line) => line.startsWith(`${keyword} `));
    expect(lines[2]).toBe('mtllib a.mtl');
    expect([rows('v').length, rows('vt').length, rows('vn').length, rows('f').length]).toEqual([
      41, 41, 41, 64,
    ]);
    expect(rows('f')[0]).toBe('f 1/1/1 6/6/6 26/26/26');
    const numbers = rows('v').flatMap((line) => line.split(' ').slice(1).map(Number));
    numbers.forEach((value, i) => {
      expect(Math.abs(value - (mesh.positions[i] as number))).toBeLessThan(6e-5);
    });
    expect(toMtl({ texture: 't.png' }).split('\n').at(-1)).toBe('map_Kd t.png');
  });

  it('writes GLB that follows the specification', () => {
    const texture = Uint8Array.from([1, 2, 3, 4, 5]);
    const file = Buffer.from(toGlb(mesh, { texture, unlit: true }));
    expect([file.readUInt32LE(0), file.readUInt32LE(4), file.readUInt32LE(8)]).toEqual([
      0x46546c67,
      2,
      file.length,
    ]);
    const jsonLength = file.readUInt32LE(12);
    expect([file.readUInt32LE(16), jsonLength % 4]).toEqual([0x4e4f534a, 0]);
    const gltf = JSON.parse(file.toString('utf8', 20, 20 + jsonLength));
    const binary = file.subarray(28 + jsonLength);
    expect([file.readUInt32LE(20 + jsonLength), binary.length]).toEqual([
      gltf.buffers[0].byteLength,
      gltf.buffers[0].byteLength,
    ]);
    expect(file.readUInt32LE(24 + jsonLength)).toBe(0x004e4942);
    const view = (i: number) => {
      const { byteOffset, byteLength } = gltf.bufferViews[i];
      expect(byteOffset % 4).toBe(0);
      expect(byteOffset + byteLength).toBeLessThanOrEqual(binary.length);
      return binary.subarray(byteOffset, byteOffset + byteLength);
    };
    const floats = (i: number) =>
      Array.from({ length: view(i).length / 4 }, (_, k) => view(i).readFloatLE(4 * k));
    expect(floats(0)).toEqual(Array.from(mesh.positions));
    expect(floats(1)).toEqual(Array.from(mesh.normals));
    expect(floats(2).slice(0, 2)).toEqual([0, 0]);
    expect(gltf.accessors.map(({ count }: { count: number }) => count)).toEqual([41, 41, 41, 192]);
    expect(view(3).readUInt32LE(4)).toBe(5);
    expect([...view(4)]).toEqual([...texture]);
    const z = Array.from(mesh.positions).filter((_, i) => i % 3 === 2);
    expect([gltf.accessors[0].min[2], gltf.accessors[0].max[2]]).toEqual([Math.min(...z), Math.max(...z)]);
    expect(gltf.extensionsUsed).toEqual(['KHR_materials_unlit']);
  });

  it('writes PLY that parses back', () => {
    const colours = gridColours(
      Uint8Array.from({ length: 75 }, (_, i) => i),
      SIZE,
    );
    // The first middle: pixels 0, 1, 5 and 6.
    expect([...colours.subarray(75, 78)]).toEqual([9, 10, 11]);
    const file = Buffer.from(toPly(mesh, colours));
    const end = file.indexOf('end_header\n') + 'end_header\n'.length;
    expect(file.toString('latin1', 0, end)).toContain('element vertex 41\n');
    expect(file.length - end).toBe(41 * 35 + 64 * 13);
    expect(file.readFloatLE(end + 8)).toBeCloseTo(mesh.positions[2] as number, 6);
    expect([...file.subarray(end + 35 + 32, end + 70)]).toEqual([3, 4, 5]);
    const face = end + 41 * 35;
    expect([
      file[face],
      file.readUInt32LE(face + 1),
      file.readUInt32LE(face + 5),
      file.readUInt32LE(face + 9),
    ]).toEqual([3, 0, 5, 25]);
    expect(() => toPly(mesh, new Uint8Array(3))).toThrow('41 vertices cannot have 1 colours');
  });
});
