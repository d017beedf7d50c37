import { bytes, SIX, safetensors, u64 } from './build.ts';
import type { HostileCase } from './corpus.ts';

const GOOD = { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] };

export function safetensorsCases(): HostileCase[] {
  const one = JSON.stringify(GOOD);
  const half = (begin: number, end: number) => ({
    dtype: 'F32',
    shape: [(end - begin) / 4],
    data_offsets: [begin, end],
  });
  const cases: [name: string, bytes: Uint8Array, code: HostileCase['code']][] = [
    ['header of 2^32 - 1 bytes', bytes(u64(0xffffffff), '{}'), 'safetensors-header'],
    ['header of 1 TB', bytes(u64(1n << 40n), '{}'), 'safetensors-header'],
    ['header of 101 MB', bytes(u64(101_000_000), '{}'), 'safetensors-header'],
    ['header longer than the file', bytes(u64(40), '{}'), 'safetensors-header'],
    ['header that is no object', safetensors('[1]   '), 'safetensors-header'],
    ['header that is not UTF-8', bytes(u64(4), '{"\xff"', SIX), 'safetensors-header'],
    ['header that does not end', safetensors('{"a":'), 'safetensors-header'],
    ['header with more behind it', safetensors(`{"a":${one}} 1`), 'safetensors-header'],
    ['nested values', safetensors(`{"a":${'['.repeat(100_000)}`), 'safetensors-header'],
    ['a text without end', safetensors(`{"${'a'.repeat(1000)}`), 'safetensors-header'],
    ['a text of 1 MB', safetensors(`{"${'a'.repeat(1 << 20)}":1}`), 'safetensors-header'],
    ['a wrong escape', safetensors(`{"\\u12":${one}}`), 'safetensors-header'],
    ['an endless escape', safetensors(`{"${'\\'.repeat(999)}`), 'safetensors-header'],
    ['a tensor twice', safetensors(`{"a":${one},"a":${one}}`), 'safetensors-header'],
    ['a field twice', safetensors('{"a":{"dtype":"F32","dtype":"F32"}}'), 'safetensors-header'],
    ['metadata twice', safetensors('{"__metadata__":{},"__metadata__":{}}'), 'safetensors-header'],
    ['a metadata key twice', safetensors('{"__metadata__":{"a":"1","a":"2"}}'), 'safetensors-header'],
    ['metadata that is no text', safetensors('{"__metadata__":{"a":1}}'), 'safetensors-header'],
    ['metadata that is a list', safetensors('{"__metadata__":[]}'), 'safetensors-header'],
    ['an unknown field', safetensors({ a: { ...GOOD, code: 'x' } }), 'safetensors-header'],
    ['no dtype', safetensors({ a: { shape: [6], data_offsets: [0, 24] } }), 'safetensors-header'],
    ['one offset', safetensors({ a: { ...GOOD, data_offsets: [24] } }), 'safetensors-header'],
    ['three offsets', safetensors({ a: { ...GOOD, data_offsets: [0, 24, 24] } }), 'safetensors-header'],
    ['an unknown dtype', safetensors({ a: { ...GOOD, dtype: 'F8_E4M3' } }), 'unsupported-dtype'],
    [
      'a dtype of Object.prototype',
      safetensors({ a: { ...GOOD, dtype: 'constructor' } }),
      'unsupported-dtype',
    ],
    ['a negative size', safetensors({ a: { ...GOOD, shape: [-2, -3] } }), 'safetensors-header'],
    ['a fractional size', safetensors({ a: { ...GOOD, shape: [1.5, 4] } }), 'safetensors-header'],
    [
      'a size of 1e3',
      safetensors('{"a":{"dtype":"U8","shape":[1e3],"data_offsets":[0,24]}}'),
      'safetensors-header',
    ],
    [
      'a size of 2^64',
      safetensors('{"a":{"dtype":"U8","shape":[18446744073709551616],"data_offsets":[0,24]}}'),
      'safetensors-header',
    ],
    [
      'sizes whose product overflows',
      safetensors({ a: { ...GOOD, shape: [2 ** 40, 2 ** 40] } }),
      'safetensors-layout',
    ],
    ['a shape of other size', safetensors({ a: { ...GOOD, shape: [7] } }), 'safetensors-layout'],
    ['a dtype of other size', safetensors({ a: { ...GOOD, dtype: 'F64' } }), 'safetensors-layout'],
    ['offsets in reverse', safetensors({ a: { ...GOOD, data_offsets: [24, 0] } }), 'safetensors-layout'],
    ['overlapping tensors', safetensors({ a: half(0, 16), b: half(12, 24) }), 'safetensors-layout'],
    ['the same bytes twice', safetensors({ a: half(0, 24), b: half(0, 24) }), 'safetensors-layout'],
    ['a gap', safetensors({ a: half(0, 8), b: half(12, 24) }), 'safetensors-layout'],
    ['bytes before the first', safetensors({ a: half(4, 24) }), 'safetensors-layout'],
    ['bytes behind the last', safetensors({ a: half(0, 20) }), 'safetensors-layout'],
    ['tensors beyond the file', safetensors({ a: half(0, 28) }), 'truncated'],
    [
      'complex numbers',
      safetensors({ a: { dtype: 'C64', shape: [3], data_offsets: [0, 24] } }),
      'unsupported-dtype',
    ],
    ['empty file', new Uint8Array(0), 'truncated'],
    ['a web page', bytes('<!DOCTYPE html><html>'), 'unknown-format'],
    ['three bytes', bytes('abc'), 'unknown-format'],
  ];
  return cases.map(([name, file, code]) => ({ name: `safetensors: ${name}`, bytes: file, code }));
}
