import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Checkpoint, openCheckpoint, openCheckpointBytes } from '../../runtime/formats/checkpoint.ts';
import type { OpaqueObject } from '../../runtime/formats/tree.ts';
import {
  bytes,
  dict,
  floats,
  int,
  legacy,
  pickle,
  SIX,
  storage,
  tensor,
  text,
  torchZip,
  tuple,
  u16,
  u32,
  u64,
  zip,
} from '../hostile/build.ts';

const open = (file: Uint8Array, options?: Parameters<typeof openCheckpointBytes>[2]): Checkpoint =>
  openCheckpointBytes(file, 'test.pt', options);

/** The values of the only tensor of a pickle's instructions, in both formats. */
async function valuesOf(instructions: Uint8Array, data: Uint8Array = SIX, elements = 6): Promise<number[]> {
  const files = [
    torchZip(pickle(instructions), [{ name: 'a/data/0', data }]),
    legacy(pickle(instructions), [['0', elements, data]]),
  ];
  const [fromZip = [], fromLegacy] = await Promise.all(
    files.map(async (file) => {
      const checkpoint = open(file);
      const [entry] = checkpoint.tensors();
      return [...(await checkpoint.read(entry?.name ?? '', { dtype: 'float32' })).data];
    }),
  );
  expect(fromZip).toEqual(fromLegacy);
  return fromZip;
}

describe('views of a storage', () => {
  it.each([
    ['all of it', {}, [1, 2, 3, 4, 5, 6]],
    ['transposed', { size: [3, 2], stride: [1, 3] }, [1, 4, 2, 5, 3, 6]],
    ['a slice', { size: [3], stride: [1], start: 2 }, [3, 4, 5]],
    ['a column', { size: [2, 1], stride: [3, 1], start: 1 }, [2, 5]],
    ['expanded', { size: [2, 3], stride: [1, 0] }, [1, 1, 1, 2, 2, 2]],
    ['three axes, mixed', { size: [2, 1, 3], stride: [1, 7, 2] }, [1, 3, 5, 2, 4, 6]],
    ['a scalar', { size: [], stride: [], start: 5 }, [6]],
    ['empty', { size: [0, 3], stride: [3, 1] }, []],
    ['empty at the end', { size: [0], stride: [1], start: 6 }, []],
  ])('%s', async (_, view, expected) => {
    expect(await valuesOf(tensor(view))).toEqual(expected);
  });

  it('into a part of a storage, as old versions wrote them', async () => {
    const part = tuple(text('part'), int(2), int(4));
    expect(await valuesOf(tensor({ size: [2], stride: [1], start: 1, view: part }))).toEqual([4, 5]);
  });
});

describe('dtypes', () => {
  const cases: [type: string, data: Uint8Array, expected: number[]][] = [
    ['DoubleStorage', bytes(new Uint8Array(Float64Array.of(0.1, -2).buffer)), [Math.fround(0.1), -2]],
    ['FloatStorage', floats(0.5, -2), [0.5, -2]],
    ['HalfStorage', bytes(u16(0x3e00), u16(0xfbff)), [1.5, -65504]],
    ['BFloat16Storage', bytes(u16(0x3fc0), u16(0xc000)), [1.5, -2]],
    ['LongStorage', bytes(u64(-3), u64(2 ** 40)), [-3, 2 ** 40]],
    ['IntStorage', bytes(u32(0xffffffff), u32(7)), [-1, 7]],
    ['ShortStorage', bytes(u16(0xfffe), u16(300)), [-2, 300]],
    ['CharStorage', bytes(0x80, 0x7f), [-128, 127]],
    ['ByteStorage', bytes(0, 255), [0, 255]],
    ['BoolStorage', bytes(1, 0), [1, 0]],
  ];

  it.each(cases)('%s as float32', async (type, data, expected) => {
    expect(await valuesOf(tensor({ type, elements: 2, size: [2], stride: [1] }), data, 2)).toEqual(expected);
  });

  it.each(cases)('%s through a stride', async (type, data, expected) => {
    const reversed = tensor({ type, elements: 2, size: [2, 2], stride: [0, 1] });
    expect(await valuesOf(reversed, data, 2)).toEqual([...expected, ...expected]);
  });

  it('of storages on a GPU', async () => {
    const cuda = Buffer.from(
      tensor().toString('latin1').replace('ctorch\nFloat', 'ctorch.cuda\nFloat'),
      'latin1',
    );
    expect(await valuesOf(cuda)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('as int32, unless an element does not fit', async () => {
    const file = (...values: number[]) =>
      open(
        torchZip(pickle(tensor({ type: 'LongStorage', elements: 2, size: [2], stride: [1] })), [
          { name: 'a/data/0', data: bytes(...values.map(u64)) },
        ]),
      );
    expect([...(await file(-3, 5).read('', { dtype: 'int32' })).data]).toEqual([-3, 5]);
    await expect(file(-3, 2 ** 31).read('', { dtype: 'int32' })).rejects.toMatchObject({
      code: 'value-range',
    });
    await expect(
      open(torchZip(pickle(tensor()), [{ name: 'a/data/0', data: floats(1, 2, 3, 4, 5, 6.5) }])).read('', {
        dtype: 'int32',
      }),
    ).rejects.toMatchObject({ code: 'value-range' });
  });

  it('as stored', async () => {
    const half = torchZip(pickle(tensor({ type: 'HalfStorage', elements: 2, size: [2], stride: [1] })), [
      { name: 'a/data/0', data: bytes(u16(0x3e00), u16(1)) },
    ]);
    expect((await open(half).read('')).data).toEqual(Uint16Array.of(0x3e00, 1));
  });

  it('of storages of bytes, given by the tensor', async () => {
    const untyped = bytes(
      'ctorch._utils\n_rebuild_tensor_v3\n',
      tuple(
        Buffer.from(
          storage({ elements: 24 })
            .toString('latin1')
            .replace('ctorch\nFloatStorage', 'ctorch.storage\nUntypedStorage'),
          'latin1',
        ),
        int(1),
        tuple(int(2)),
        tuple(int(1)),
        bytes('\x89'),
        bytes(')'),
        bytes('ctorch\nint32\n'),
      ),
      'R',
    );
    const checkpoint = open(torchZip(pickle(untyped)));
    expect(checkpoint.tensors()[0]?.dtype).toBe('int32');
    expect([...(await checkpoint.read('', { dtype: 'int32' })).data]).toEqual([0x40000000, 0x40400000]);
  });
});

describe('containers', () => {
  it('give names joined by dots and keep plain values', async () => {
    const file = torchZip(
      pickle(
        dict({
          g: bytes('ccollections\nOrderedDict\n)R(', text('w'), tensor(), 'u}', text('_metadata'), '}sb'),
          list: bytes('](', tensor(), int(-7), bytes('G\x3f\xe0\0\0\0\0\0\0'), text('é'), 'N\x88e'),
          big: bytes('\x8a\x09', u64(0), 1),
          ['__proto__']: int(3),
        }),
      ),
    );
    const checkpoint = open(file);
    expect(checkpoint.tensors().map(({ name }) => name)).toEqual(['g.w', 'list.0']);
    const tree = checkpoint.tree() as ReadonlyMap<string, unknown>;
    expect((tree.get('list') as unknown[]).slice(1)).toEqual([-7, 0.5, 'é', null, true]);
    expect(tree.get('big')).toBe(1n << 64n);
    expect([...tree.keys()]).toEqual(['g', 'list', 'big', '__proto__']);
    expect((tree.get('g') as ReadonlyMap<string, unknown>).get('w')).toMatchObject({
      name: 'g.w',
      bytes: 24,
    });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('of Python 2: texts without encoding, OrderedDict of pairs', () => {
    const pairs = bytes('](', bytes('](U\x01a', int(1), 'e'), bytes('](U\x02\xc3\x28', int(2), 'e'), 'e');
    const tree = open(torchZip(pickle('ccollections\nOrderedDict\n', tuple(pairs), 'R'))).tree();
    expect([...(tree as ReadonlyMap<string, number>)]).toEqual([
      ['a', 1],
      ['Ã(', 2],
    ]);
  });

  it('are shared as in the file', () => {
    const [first, second] = open(torchZip(pickle(bytes('(]q\x00K\x01ah\x00t')))).tree() as unknown[];
    expect(first).toEqual([1]);
    expect(second).toBe(first);
  });

  it('hold unknown objects without making them', () => {
    const scalar = bytes(
      'cnumpy.core.multiarray\nscalar\n',
      tuple(bytes('cnumpy\ndtype\n', tuple(text('f8')), 'R'), bytes('C\x08', SIX.subarray(0, 8))),
      'R',
    );
    const namespace = bytes('cargparse\nNamespace\n)\x81', dict({ lr: int(2), weight: tensor() }), 'b');
    const checkpoint = open(torchZip(pickle(dict({ scalar, namespace, class: bytes('cos\nsystem\n') }))));
    expect(checkpoint.tensors().map(({ name }) => name)).toEqual(['namespace.weight']);
    const tree = checkpoint.tree() as ReadonlyMap<string, OpaqueObject>;
    expect(tree.get('scalar')).toMatchObject({ type: 'numpy.core.multiarray.scalar' });
    expect(tree.get('class')).toMatchObject({ type: 'os.system' });
    expect(tree.get('namespace')?.parts.get('state')).toBeInstanceOf(Map);
  });

  it('hold forbidden calls to look at, if that is asked for', () => {
    const file = torchZip(pickle(dict({ a: bytes('cmodels\nNet\n', tuple(int(1)), 'R'), b: tensor() })));
    expect(() => open(file)).toThrow(/models\.Net/);
    const tree = open(file, { unknown: 'opaque' }).tree() as ReadonlyMap<string, OpaqueObject>;
    expect(tree.get('a')).toMatchObject({ type: 'models.Net' });
    expect([...(tree.get('a')?.parts.keys() ?? [])]).toEqual(['args']);
  });
});

describe('archives', () => {
  const main = pickle(dict({ a: tensor(), b: tensor({ size: [3], stride: [2] }) }));

  it.each([
    ['stored', {}],
    ['deflated', { deflate: true }],
    ['with sizes behind the data', { described: true }],
    ['deflated, with sizes behind the data', { deflate: true, described: true }],
  ])('%s', async (_, entry) => {
    const checkpoint = open(torchZip(main, [{ name: 'a/data/0', data: SIX, ...entry }]));
    expect([...(await checkpoint.read('a', { dtype: 'float32' })).data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...(await checkpoint.read('b', { dtype: 'float32' })).data]).toEqual([1, 3, 5]);
  });

  it('with zip64 sizes, a comment, and no folder', async () => {
    const extra = bytes(u16(1), u16(16), u64(24), u64(24));
    const wide = { bytes: 0xffffffff, compressedBytes: 0xffffffff, extra };
    const file = zip(
      [
        { name: 'data.pkl', data: main },
        { name: 'data/0', data: SIX, ...wide },
      ],
      { comment: bytes('PK\x05\x06 not the end') },
    );
    expect([...(await open(file).read('b', { dtype: 'float32' })).data]).toEqual([1, 3, 5]);
  });

  it('with wrong checksums, where these are not to be compared', async () => {
    const file = torchZip(main, [{ name: 'a/data/0', data: SIX, crc: 5 }]);
    await expect(open(file).read('a')).rejects.toMatchObject({ code: 'zip-checksum' });
    expect((await open(file, { checksums: 'ignore' }).read('a')).shape).toEqual([2, 3]);
  });
});

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'checkpoint-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'a.pt');

  it('are read in place', async () => {
    writeFileSync(path, legacy(pickle(tensor({ size: [3, 2], stride: [1, 3] }))));
    const checkpoint = await openCheckpoint(path);
    expect([...(await checkpoint.read('', { dtype: 'float32' })).data]).toEqual([1, 4, 2, 5, 3, 6]);
    checkpoint.close();
    checkpoint.close();
    await expect(checkpoint.read('')).rejects.toMatchObject({ code: 'closed' });
  });

  it('that became shorter give an error', async () => {
    writeFileSync(path, legacy(pickle(tensor())));
    const checkpoint = await openCheckpoint(path);
    writeFileSync(path, 'short');
    await expect(checkpoint.read('')).rejects.toMatchObject({ code: 'truncated' });
    checkpoint.close();
  });

  it('that are none give an error', async () => {
    await expect(openCheckpoint(join(folder, 'none.pt'))).rejects.toMatchObject({ code: 'not-found' });
    await expect(openCheckpoint(folder)).rejects.toMatchObject({ code: 'not-readable' });
    await expect(openCheckpoint(join(path, 'x'))).rejects.toMatchObject({ code: 'not-found' });
  });

  it('without the tensor that is asked for name the nearest', async () => {
    const checkpoint = open(torchZip(pickle(dict({ 'module.conv.weight': tensor() }))));
    await expect(checkpoint.read('conv.weight')).rejects.toMatchObject({
      code: 'unknown-tensor',
      hint: expect.stringContaining('module.conv.weight'),
    });
  });
});
