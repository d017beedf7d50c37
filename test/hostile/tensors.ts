import {
  bytes,
  floats,
  int,
  pickle,
  SIX,
  storage,
  type TensorText,
  tensor,
  text,
  torchZip,
  tuple,
} from './build.ts';
import type { HostileCase } from './corpus.ts';

const REBUILD = 'ctorch._utils\n_rebuild_tensor_v2\n';

/** Views that do not fit their storage, and sizes that are none. */
const VIEWS: readonly [name: string, tensor: TensorText, code: HostileCase['code']][] = [
  ['more elements than the storage', { size: [7], stride: [1] }, 'outside-storage'],
  ['an offset beyond the storage', { size: [1], stride: [1], start: 6 }, 'outside-storage'],
  ['an offset of an empty tensor', { size: [0], stride: [1], start: 7 }, 'outside-storage'],
  ['a stride beyond the storage', { size: [2], stride: [6] }, 'outside-storage'],
  [
    'sizes whose product overflows',
    { size: Array(40).fill(1 << 30), stride: Array(40).fill(0) },
    'outside-storage',
  ],
  ['a negative size', { size: [-1, 3] }, 'bad-tensor'],
  ['a negative stride', { stride: [-3, 1] }, 'bad-tensor'],
  ['a negative offset', { start: -1 }, 'bad-tensor'],
  ['fewer strides than sizes', { stride: [1] }, 'bad-tensor'],
  ['65 axes', { size: Array(65).fill(1), stride: Array(65).fill(0) }, 'bad-tensor'],
  ['one element expanded to 4 GB', { size: [1 << 15, 1 << 15], stride: [0, 0] }, 'expanded-too-far'],
  ['a storage of negative size', { elements: -1 }, 'bad-storage'],
  ['a storage larger than its entry', { elements: 7 }, 'storage-size'],
  ['a storage of 8 GB', { elements: 0x7fffffff }, 'storage-size'],
  ['a storage of doubles with bytes of floats', { type: 'DoubleStorage' }, 'storage-size'],
  ['a storage of no entry', { key: '1' }, 'storage-size'],
  ['a storage outside the folder', { key: '../data.pkl' }, 'storage-size'],
  ['a storage of a long key', { key: 'k'.repeat(1000) }, 'bad-storage'],
  ['a storage of an unknown class', { type: 'EvilStorage' }, 'bad-storage'],
  ['a quantized storage', { type: 'QInt8Storage' }, 'unsupported-tensor'],
  ['a storage of an inherited name', { type: 'constructor' }, 'bad-storage'],
  ['a part beyond the storage', { view: tuple(text('v'), int(4), int(4)) }, 'bad-storage'],
  ['a part that is no part', { view: text('v') }, 'bad-storage'],
];

const OTHERS: readonly [name: string, instructions: Buffer, code: HostileCase['code']][] = [
  ['a tensor of a text', bytes(REBUILD, tuple(text('x'), int(0), tuple(), tuple()), 'R'), 'bad-tensor'],
  ['a tensor of nothing', bytes(REBUILD, ')R'), 'bad-tensor'],
  ['a size that is a list', bytes(REBUILD, tuple(storage(), int(0), bytes(']'), tuple()), 'R'), 'bad-tensor'],
  [
    'a size that is a fraction',
    bytes(REBUILD, tuple(storage(), int(0), tuple(bytes('G\x3f\xf8\0\0\0\0\0\0')), tuple(int(1))), 'R'),
    'bad-tensor',
  ],
  [
    'a size that is huge',
    bytes(
      REBUILD,
      tuple(storage(), int(0), tuple(bytes('\x8a\x09\0\0\0\0\0\0\0\0\x01')), tuple(int(1))),
      'R',
    ),
    'bad-tensor',
  ],
  [
    'a tensor of an inert object',
    bytes(REBUILD, tuple(bytes('cargparse\nNamespace\n)\x81'), int(0), tuple(), tuple()), 'R'),
    'bad-tensor',
  ],
  [
    'a parameter of a number',
    bytes('ctorch._utils\n_rebuild_parameter\n', tuple(int(1), bytes('\x88'), bytes(')')), 'R'),
    'bad-tensor',
  ],
  ['a sparse tensor', bytes('ctorch._utils\n_rebuild_sparse_tensor\n)R'), 'unsupported-tensor'],
  [
    'an unknown dtype',
    bytes(
      'ctorch._utils\n_rebuild_tensor_v3\n',
      tuple(
        storage({ type: 'UntypedStorage', elements: 24 }),
        int(0),
        tuple(int(1)),
        tuple(int(1)),
        bytes('\x89'),
        bytes(')'),
        bytes('ctorch\nfloat8\n'),
      ),
      'R',
    ),
    'unsupported-dtype',
  ],
  [
    'complex numbers',
    tensor({ type: 'ComplexFloatStorage', elements: 3, size: [3], stride: [1] }),
    'unsupported-dtype',
  ],
  ['a persistent id that is a text', bytes(text('storage'), 'Q'), 'bad-storage'],
  ['a storage of two types', bytes('(', storage(), storage({ type: 'IntStorage' }), 't'), 'bad-storage'],
];

export function tensorCases(): HostileCase[] {
  const file = (instructions: Buffer, data: Buffer = SIX) =>
    torchZip(pickle(instructions), [{ name: 'a/data/0', data }]);
  const many = Array.from({ length: 200 }, () => tensor({ size: [1 << 10, 100], stride: [0, 0] }));
  return [
    ...VIEWS.map(
      ([name, view, code]): HostileCase => ({ name: `tensor: ${name}`, bytes: file(tensor(view)), code }),
    ),
    ...OTHERS.map(
      ([name, instructions, code]): HostileCase => ({
        name: `tensor: ${name}`,
        bytes: file(instructions),
        code,
      }),
    ),
    {
      name: 'tensor: many expanded a little',
      bytes: file(bytes('(', ...many, 't'), floats(1, 2, 3, 4, 5, 6)),
      code: 'expanded-too-far',
    },
  ];
}
