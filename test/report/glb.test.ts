import { describe, expect, it } from 'vitest';
import { gridMesh } from '../../runtime/formats/mesh.ts';
import { readGlb } from '../../runtime/report/glb.ts';
import { packMesh } from '../../runtime/report/pack-mesh.ts';
import { glb, png } from './fake-run.ts';

const FLAT = {
  positions: Float32Array.of(-1, 0, 2, 1, 0, 2, -1, 4, 2),
  normals: Float32Array.of(0, 0, 1, 0, -1, 0, 0.6, 0.8, 0),
  uvs: Float32Array.of(0, 0, 1, 0, 0, 0.5),
  indices: Uint32Array.of(0, 1, 2),
};

describe('readGlb', () => {
  it('reads what the mesh sink writes', async () => {
    const size = 4;
    const mesh = readGlb(await glb(size));
    const points = Float32Array.from({ length: 48 }, () => 1);
    const { indices } = gridMesh({ size, points, normals: points });
    expect(mesh.positions.length / 3).toBe(16 + 9);
    expect([...mesh.indices]).toEqual([...indices]);
    expect([...mesh.positions.slice(0, 3)]).toEqual([-0.5, 0.5, 0]);
    expect([...mesh.normals.slice(0, 3)].map((value) => value + 0)).toEqual([0, 0, 1]);
    expect([...mesh.uvs.slice(0, 2)]).toEqual([0, 0]);
    expect(mesh.texture?.subarray(0, (await png(8)).length)).toEqual(await png(8));
  });

  it('refuses every truncation and never reads outside of the file', async () => {
    const whole = await glb(2);
    for (let length = 0; length < whole.length; length += 3) {
      expect(() => readGlb(whole.subarray(0, length))).toThrow();
    }
  });

  it.each([
    ['bufferView":3', 'bufferView":9', /incomplete/],
    ['"POSITION":0', '"POSITION":7', /not as sinks write/],
    ['"type":"VEC3"', '"type":"VEC9"', /not as sinks write/],
    ['"count":5', '"count":9', /cut off|agree/],
    ['"indices":3', '"indices":0', /not as sinks write/],
    ['"count":12', '"count":11', /no triangles/],
  ])('refuses a description with %s as %s', async (from, to, reason) => {
    const whole = await glb(2);
    const text = whole.toString('latin1');
    expect(text).toContain(from);
    const damaged = Buffer.from(text.replace(from, to), 'latin1');
    expect(() => readGlb(damaged)).toThrow(reason);
  });

  it('refuses triangles of vertices that are not there', async () => {
    const whole = await glb(2);
    const at = whole.indexOf(Buffer.from(Uint32Array.of(0, 2, 4).buffer));
    whole.writeUInt32LE(5, at);
    expect(() => readGlb(whole)).toThrow(/name vertices/);
  });
});

describe('packMesh', () => {
  it('keeps positions within a 65535th of the box, normals and texture places', () => {
    const packed = packMesh(FLAT);
    const data = Buffer.from(packed.data, 'base64');
    expect(packed).toMatchObject({
      vertices: 3,
      indices: 3,
      indexBytes: 2,
      low: [-1, 0, 2],
      size: [2, 4, 0],
    });
    expect(data.length).toBe(3 * 16 + 3 * 2);
    const vertex = (i: number) => [0, 2, 4, 6, 8].map((at) => data.readUInt16LE(16 * i + at));
    expect(vertex(0)).toEqual([0, 0, 0, 0, 0]);
    expect(vertex(1)).toEqual([65_535, 0, 0, 65_535, 0]);
    expect(vertex(2)).toEqual([0, 65_535, 0, 0, 32_768]);
    expect([10, 12, 14].map((at) => data.readInt16LE(16 + at))).toEqual([0, -32_767, 0]);
    expect([0, 2, 4].map((at) => data.readUInt16LE(48 + at))).toEqual([0, 1, 2]);
  });

  it('takes four bytes an index for many vertices', () => {
    const vertices = 65_537;
    const packed = packMesh({
      positions: new Float32Array(vertices * 3),
      normals: new Float32Array(vertices * 3),
      uvs: new Float32Array(vertices * 2),
      indices: Uint32Array.of(0, 1, 65_536),
    });
    expect(packed.indexBytes).toBe(4);
    expect(Buffer.from(packed.data, 'base64').readUInt32LE(vertices * 16 + 8)).toBe(65_536);
  });
});
