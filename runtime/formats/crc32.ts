import * as zlib from 'node:zlib';

/** CRC-32 (polynomial 0xEDB88320, as zip uses it) of `bytes`, continuing from `before`. */
export const crc32: (bytes: Uint8Array, before?: number) => number =
  // Node has its own from 20.15 on.
  zlib.crc32 ?? tableCrc32;

let table: Uint32Array | undefined;

/** The same in plain JavaScript, a byte at a time. */
export function tableCrc32(bytes: Uint8Array, before = 0): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
    return value;
  });
  let crc = ~before;
  for (const byte of bytes) crc = (table[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}
