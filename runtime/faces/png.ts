import { deflateSync } from 'node:zlib';
import { crc32 } from '../formats/crc32.ts';

/** A square picture: 8 bits in 1 or 3 channels, or 16 bits in one. */
export interface SmallPicture {
  readonly size: number;
  readonly channels: 1 | 3;
  /** [S,S] or [S,S,3], row by row. */
  readonly data: Uint8Array | Uint16Array;
}

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const COLOUR_TYPE = { 1: 0, 3: 2 } as const;
/** Rows as their differences from the row above: small pictures compress nearly as well as with the best filters. */
const FILTER_UP = 2;

/**
 * A PNG file, at once and in this thread: sets of small pictures are written by threads that have nothing to wait for,
 * and passing every one to the image library’s own threads takes longer than the compression.
 */
export function encodePng({ size, channels, data }: SmallPicture): Buffer {
  const deep = data instanceof Uint16Array;
  const stride = size * channels * (deep ? 2 : 1);
  const bytes = deep ? Buffer.from(data.buffer, data.byteOffset, data.byteLength).subarray() : data;
  const rows = Buffer.alloc(size * (stride + 1));
  for (let y = 0; y < size; y++) {
    const out = y * (stride + 1);
    rows[out] = FILTER_UP;
    for (let i = 0; i < stride; i++) {
      // samples of 16 bits are stored with the high byte first
      const at = y * stride + (deep ? i ^ 1 : i);
      const above = y > 0 ? (bytes[at - stride] as number) : 0;
      rows[out + 1 + i] = (bytes[at] as number) - above;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header[8] = deep ? 16 : 8;
  header[9] = COLOUR_TYPE[channels];
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 6 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(content.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
