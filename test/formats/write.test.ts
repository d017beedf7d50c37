import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCheckpoint, openCheckpointBytes } from '../../runtime/formats/checkpoint.ts';
import { fromHalf, toHalf, typedArray } from '../../runtime/formats/dtypes.ts';
import { writeSafetensors } from '../../runtime/formats/safetensors/write.ts';
import { type SavedData, SavedTensor, savedTensor } from '../../runtime/formats/saved.ts';
import { writeTorch } from '../../runtime/formats/torch/write.ts';
import { directoryRecord, localHeader } from '../../runtime/formats/zip/write.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'write-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const DTYPES = [
  'float64',
  'float32',
  'float16',
  'bfloat16',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint8',
  'bool',
] as const;
const BYTES = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

/** Tensors of any dtype and shape, filled with any bits. */
const anyTensor = fc
  .record({
    dtype: fc.constantFrom(...DTYPES),
    shape: fc.array(fc.nat(4), { maxLength: 4 }),
    seed: fc.nat(255),
  })
  .map(({ dtype, shape, seed }) => {
    const length = shape.reduce((product, size) => product * size, BYTES[dtype]);
    return {
      dtype,
      shape,
      data: typedArray(
        dtype,
        Uint8Array.from({ length }, (_, i) => (i * 37 + seed) & 255),
      ),
    };
  });
const anyTensors = fc.dictionary(
  fc.string({ minLength: 1 }).filter((name) => !name.includes('.') && name !== '__metadata__'),
  anyTensor,
  { maxKeys: 5 },
);

const bits = (data: ArrayBufferView) =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');

describe.each(['pt', 'safetensors'] as const)('a written %s file', (kind) => {
  it('gives back every bit', async () => {
    await fc.assert(
      fc.asyncProperty(anyTensors, async (tensors) => {
        const path = join(folder, `any.${kind}`);
        const saved = Object.entries(tensors).map(([name, tensor]) => [name, savedTensor(tensor)] as const);
        if (kind === 'pt') await writeTorch(path, new Map(saved));
        else await writeSafetensors(path, saved);
        const checkpoint = await openCheckpoint(path);
        expect(checkpoint.tensors().map(({ name }) => name)).toEqual(Object.keys(tensors));
        for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
          const read = await checkpoint.read(name);
          expect([read.dtype, read.shape, bits(read.data)]).toEqual([dtype, shape, bits(data)]);
        }
        checkpoint.close();
      }),
      { numRuns: 60 },
    );
  });

  it('fetches one tensor at a time', async () => {
    let live = 0;
    const tensor = (i: number) =>
      savedTensor({
        dtype: 'float32',
        shape: [2],
        data: async () => {
          expect(++live).toBe(1);
          await Promise.resolve();
          live--;
          return Float32Array.of(i, i);
        },
      });
    const path = join(folder, `stream.${kind}`);
    const tensors = Array.from({ length: 20 }, (_, i) => [`t${i}`, tensor(i)] as const);
    await (kind === 'pt' ? writeTorch(path, new Map(tensors)) : writeSafetensors(path, tensors));
    const checkpoint = await openCheckpoint(path);
    expect((await checkpoint.read('t7')).data).toEqual(Float32Array.of(7, 7));
    checkpoint.close();
  });

  it.each([
    ['too few elements', { dtype: 'float32', shape: [3], data: new Float32Array(2) }],
    ['elements of another type', { dtype: 'float32', shape: [2], data: new Float64Array(2) }],
    ['a fractional size', { dtype: 'float32', shape: [1.5], data: new Float32Array(2) }],
    ['a negative size', { dtype: 'float32', shape: [-1], data: new Float32Array(1) }],
  ] as const)('is not written from %s, and the old one stays', async (_, given) => {
    const path = join(folder, `old.${kind}`);
    const write = (data: SavedData, shape: readonly number[]) => {
      const tensor = savedTensor({ dtype: 'float32', shape, data });
      return kind === 'pt' ? writeTorch(path, { a: tensor }) : writeSafetensors(path, [['a', tensor]]);
    };
    await write(Float32Array.of(4), [1]);
    const before = readFileSync(path);
    await expect(write(given.data, given.shape)).rejects.toMatchObject({ code: 'bad-input' });
    expect(readFileSync(path)).toEqual(before);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('writeTorch', () => {
  it('writes nested plain values and shared views', async () => {
    const path = join(folder, 'nested.pt');
    const storage = { dtype: 'float32', elements: 6, data: Float32Array.of(0, 1, 2, 3, 4, 5) } as const;
    await writeTorch(path, {
      optimizer: new Map<string | number, number | string>([
        [0, 1],
        ['0 ', 'x'],
      ]),
      values: [null, true, false, -1, 2 ** 40, 0.1, -0, -(2n ** 70n), 'Ünïcode \u{1f600}'],
      base: new SavedTensor(storage, [2, 3], [3, 1], 0),
      transposed: new SavedTensor(storage, [3, 2], [1, 3], 0),
    });
    const checkpoint = await openCheckpoint(path);
    const tree = checkpoint.tree() as ReadonlyMap<string, unknown>;
    expect(tree.get('values')).toEqual([
      null,
      true,
      false,
      -1,
      2 ** 40,
      0.1,
      -0,
      -(2n ** 70n),
      'Ünïcode \u{1f600}',
    ]);
    expect([...(tree.get('optimizer') as ReadonlyMap<unknown, unknown>)]).toEqual([
      [0, 1],
      ['0 ', 'x'],
    ]);
    expect((await checkpoint.read('transposed')).data).toEqual(Float32Array.of(0, 3, 1, 4, 2, 5));
    checkpoint.close();
    // One storage, whose bytes begin at a multiple of 64.
    const file = readFileSync(path);
    expect(file.indexOf(Buffer.from(storage.data.buffer)) % 64).toBe(0);
    expect(file.toString('latin1').match(/archive\/data\/\d/g)).toHaveLength(2);
  });

  it('refuses what it cannot write', async () => {
    const path = join(folder, 'refused.pt');
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    await expect(writeTorch(path, cyclic as never)).rejects.toMatchObject({ code: 'bad-input' });
    const storage = { dtype: 'float32', elements: 2, data: new Float32Array(2) } as const;
    await expect(writeTorch(path, new SavedTensor(storage, [2], [2], 0))).rejects.toMatchObject({
      code: 'bad-input',
    });
    expect(readdirSync(folder)).not.toContain('refused.pt');
  });
});

describe('writeSafetensors', () => {
  it('keeps metadata and aligns its data', async () => {
    const path = join(folder, 'meta.safetensors');
    const one = savedTensor({ dtype: 'int8', shape: [1], data: Int8Array.of(5) });
    await writeSafetensors(path, [['a', one]], { metadata: new Map([['note', 'ü "quoted"']]) });
    const file = readFileSync(path);
    expect(Number(file.readBigUInt64LE()) % 8).toBe(0);
    expect([...openCheckpointBytes(file, path).metadata]).toEqual([['note', 'ü "quoted"']]);
  });

  it('refuses names twice, reserved names and views', async () => {
    const path = join(folder, 'no.safetensors');
    const one = savedTensor({ dtype: 'int8', shape: [1], data: Int8Array.of(5) });
    const view = new SavedTensor({ dtype: 'int8', elements: 4, data: new Int8Array(4) }, [2, 2], [1, 2], 0);
    for (const tensors of [
      [
        ['a', one],
        ['a', one],
      ],
      [['__metadata__', one]],
      [['a', view]],
    ] as const) {
      await expect(writeSafetensors(path, tensors)).rejects.toMatchObject({ code: 'bad-input' });
    }
  });
});

it('rounds to half precision like IEEE 754, and back', () => {
  const patterns = Array.from({ length: 1 << 16 }, (_, pattern) => pattern);
  const changed = patterns.filter(
    (pattern) => !Number.isNaN(fromHalf(pattern)) && toHalf(fromHalf(pattern)) !== pattern,
  );
  expect(changed).toEqual([]);
  const cases: [number, number][] = [
    [65519, 0x7bff],
    [65520, 0x7c00],
    [-1e9, 0xfc00],
    [2 ** -25, 0],
    [2 ** -25 * 1.01, 1],
    [2049, 0x6800],
    [2051, 0x6802],
    [0.00006103515, 0x0400],
  ];
  for (const [value, pattern] of cases) expect(toHalf(value), `${value}`).toBe(pattern);
  expect(fromHalf(toHalf(Number.NaN))).toBeNaN();
});

it('writes zip64 fields for what is larger than 4 GiB', () => {
  const name = Buffer.from('archive/data/0');
  const header = localHeader({ name, crc: 1, bytes: 5e9, offset: 64 });
  expect(header.readUInt32LE(22)).toBe(0xffffffff);
  expect(Number(header.readBigUInt64LE(30 + name.length + 4))).toBe(5e9);
  expect((64 + header.length) % 64).toBe(0);
  const record = directoryRecord({ name, crc: 1, bytes: 10, offset: 6e9 });
  expect(record.readUInt32LE(42)).toBe(0xffffffff);
  expect(record.readUInt16LE(46 + name.length + 2)).toBe(8);
  expect(Number(record.readBigUInt64LE(46 + name.length + 4))).toBe(6e9);
});
