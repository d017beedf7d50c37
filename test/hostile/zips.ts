import {
  bytes,
  dict,
  int,
  pickle,
  SIX,
  tensor,
  torchZip,
  u16,
  u32,
  u64,
  type ZipEntry,
  zip,
} from './build.ts';
import type { HostileCase } from './corpus.ts';

const MAIN = pickle(tensor());
const STORAGE: ZipEntry = { name: 'a/data/0', data: SIX };
const ZEROS = new Uint8Array(20 << 20);

/** Storages whose entry lies, one lie each. */
const LIES: readonly [name: string, entry: Partial<ZipEntry>, code: HostileCase['code']][] = [
  ['wrong checksum', { crc: 1 }, 'zip-checksum'],
  ['wrong checksum, deflated', { crc: 1, deflate: true }, 'zip-checksum'],
  ['encrypted', { flags: 1 }, 'zip-encrypted'],
  ['strongly encrypted', { flags: 0x41 }, 'zip-encrypted'],
  ['encrypted directory', { flags: 0x2000 }, 'zip-encrypted'],
  ['unknown method', { method: 12 }, 'zip-method'],
  ['stored with two sizes', { bytes: 25 }, 'zip-structure'],
  ['deflated to another size', { deflate: true, bytes: 25 }, 'storage-size'],
  ['no deflated data', { method: 8 }, 'zip-structure'],
  ['bytes beyond the directory', { bytes: 1 << 20, compressedBytes: 1 << 20 }, 'zip-structure'],
  ['bytes beyond the file', { bytes: 0x7ffffff0, compressedBytes: 0x7ffffff0 }, 'zip-structure'],
  ['header beyond the file', { offset: 0x7ffffff0 }, 'zip-structure'],
  ['header within another entry', { offset: 10 }, 'zip-overlap'],
  ['header that names another entry', { localName: 'a/data/1' }, 'zip-structure'],
  ['header of another size', { localBytes: 23 }, 'zip-structure'],
  ['claims to inflate to 1 GB', { deflate: true, bytes: 1 << 30 }, 'zip-bomb'],
  ['zip64 sizes missing', { bytes: 0xffffffff, compressedBytes: 0xffffffff }, 'zip-structure'],
  [
    'zip64 sizes of 2^63',
    {
      bytes: 0xffffffff,
      compressedBytes: 0xffffffff,
      extra: bytes(u16(1), u16(16), u64(1n << 63n), u64(1n << 63n)),
    },
    'zip-structure',
  ],
  [
    'zip64 sizes beyond the file',
    {
      bytes: 0xffffffff,
      compressedBytes: 0xffffffff,
      extra: bytes(u16(1), u16(16), u64(1n << 40n), u64(1n << 40n)),
    },
    'zip-structure',
  ],
  ['zip64 field beyond its extra', { bytes: 0xffffffff, extra: bytes(u16(1), u16(200)) }, 'zip-structure'],
  [
    'endless extra field',
    { bytes: 0xffffffff, extra: bytes(u16(2), u16(0), u16(2), u16(0)) },
    'zip-structure',
  ],
];

const NAMES = [
  '../../etc/passwd',
  '/etc/passwd',
  'a/../../b',
  'C:\\windows',
  'a\\..\\b',
  'a/\0b',
  'c:/x',
  'a/..',
];

export function zipCases(): HostileCase[] {
  const twice = [STORAGE, STORAGE];
  const end64 = (offset: number, count: bigint, size: bigint, at: number) =>
    bytes(
      'PK\x06\x06',
      u64(44),
      u16(45),
      u16(45),
      u32(0),
      u32(0),
      u64(count),
      u64(count),
      u64(size),
      u64(offset),
      'PK\x06\x07',
      u32(0),
      u64(at),
      u32(1),
    );
  const cases: [name: string, bytes: Uint8Array, code: HostileCase['code']][] = [
    ...LIES.map(([name, entry, code]): (typeof cases)[number] => [
      name,
      torchZip(MAIN, [{ ...STORAGE, ...entry }]),
      code,
    ]),
    ...NAMES.map((name): (typeof cases)[number] => [
      `the name ${JSON.stringify(name)}`,
      torchZip(MAIN, [STORAGE, { name, data: SIX }]),
      'zip-name',
    ]),
    [
      'a name that is not UTF-8',
      Buffer.from(
        torchZip(MAIN, [STORAGE, { name: 'a/é', data: SIX }])
          .toString('latin1')
          .replaceAll('Ã©', '\xc3('),
        'latin1',
      ),
      'zip-name',
    ],
    ['two entries of one name', torchZip(MAIN, twice), 'zip-duplicate'],
    [
      'two entries of one place',
      torchZip(MAIN, [
        STORAGE,
        { ...STORAGE, name: 'a/data/1', localName: 'a/data/0', offset: MAIN.length + 40 },
      ]),
      'zip-overlap',
    ],
    ['a real bomb', torchZip(MAIN, [{ name: 'a/data/0', data: ZEROS, deflate: true }]), 'zip-bomb'],
    ['a bomb in the pickle', zip([{ name: 'a/data.pkl', data: ZEROS, deflate: true }]), 'zip-bomb'],
    ['more entries than the directory', torchZip(MAIN, undefined, { count: 4 }), 'zip-structure'],
    ['65,000 entries claimed', torchZip(MAIN, undefined, { count: 65000 }), 'zip-structure'],
    ['fewer entries than the directory', torchZip(MAIN, undefined, { count: 2 }), 'zip-structure'],
    ['a directory elsewhere', torchZip(MAIN, undefined, { directoryOffset: 3 }), 'zip-structure'],
    ['a directory of 4 GB', torchZip(MAIN, undefined, { directoryBytes: 0xfffffff0 }), 'zip-structure'],
    [
      'zip64 end elsewhere',
      torchZip(MAIN, undefined, { before: (o, s) => end64(o, 3n, BigInt(s), 5) }),
      'zip-structure',
    ],
    [
      'zip64 end of 2^40 entries',
      torchZip(MAIN, undefined, { before: (o, s) => end64(o, 1n << 40n, BigInt(s), o + s) }),
      'zip-structure',
    ],
    [
      'zip64 directory of 2^60 bytes',
      torchZip(MAIN, undefined, { before: (o, s) => end64(o, 3n, 1n << 60n, o + s) }),
      'zip-structure',
    ],
    ['no end of the directory', torchZip(MAIN).subarray(0, -22), 'truncated'],
    ['no data.pkl', zip([STORAGE]), 'not-a-checkpoint'],
    ['two data.pkl', torchZip(MAIN, [STORAGE, { name: 'b/data.pkl', data: MAIN }]), 'not-a-checkpoint'],
    ['TorchScript', torchZip(MAIN, [STORAGE, { name: 'a/constants.pkl', data: MAIN }]), 'torchscript'],
    ['big-endian', torchZip(MAIN, [STORAGE, { name: 'a/byteorder', data: bytes('big') }]), 'byte-order'],
    [
      'wrong checksum of the pickle',
      zip([{ name: 'data.pkl', data: pickle(dict({ a: int(1) })), crc: 7 }]),
      'zip-checksum',
    ],
  ];
  return cases.map(([name, file, code]) => ({ name: `zip: ${name}`, bytes: file, code }));
}
