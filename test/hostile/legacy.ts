import { legacy, legacyMagic, pickle, SIX, tensor } from './build.ts';
import type { HostileCase } from './corpus.ts';

export function legacyCases(): HostileCase[] {
  const main = pickle(tensor());
  const file = (...storages: NonNullable<Parameters<typeof legacy>[1]>) => legacy(main, storages);
  const cases: [name: string, bytes: Uint8Array, code: HostileCase['code']][] = [
    ['wrong magic number', legacy(main, undefined, { magic: 0x1950a86a20f9469cfc6dn }), 'unknown-format'],
    ['wrong protocol', legacy(main, undefined, { protocol: 1002 }), 'unknown-format'],
    ['big-endian', legacy(main, undefined, { littleEndian: false }), 'byte-order'],
    ['nothing but the magic number', legacyMagic(), 'truncated'],
    ['storage that is not listed', file(), 'storage-size'],
    ['storage listed twice', file(['0', 6, SIX], ['0', 6, SIX]), 'bad-storage'],
    ['storage of no tensor', file(['0', 6, SIX], ['1', 6, SIX]), 'bad-storage'],
    ['another number of elements', file(['0', 5, SIX]), 'storage-size'],
    ['negative number of elements', file(['0', -6n, SIX]), 'storage-size'],
    ['elements missing', file(['0', 6, SIX.subarray(0, 23)]), 'truncated'],
    [
      'storage beyond the file',
      legacy(pickle(tensor({ elements: 0x7fffffff })), [['0', 0x7fffffff, SIX]]),
      'truncated',
    ],
  ];
  return cases.map(([name, bytes, code]) => ({ name: `legacy: ${name}`, bytes, code }));
}
