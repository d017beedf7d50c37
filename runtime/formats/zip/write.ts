import { crc32 } from '../crc32.ts';

/** An entry to be stored, without compression. Its bytes are fetched when it is their turn. */
export interface NewEntry {
  readonly name: string;
  data(): Uint8Array | Promise<Uint8Array>;
}

/** Bytes of an entry begin at multiples of this, so that they can be mapped into memory. */
const ALIGNMENT = 64;
const WIDE = 0xffffffff;

interface Written {
  readonly name: Buffer;
  readonly crc: number;
  readonly bytes: number;
  readonly offset: number;
}

/** The bytes of a zip archive of stored entries, one entry in memory at a time; zip64 where sizes need it. */
export async function* zipChunks(entries: Iterable<NewEntry>): AsyncGenerator<Uint8Array> {
  const written: Written[] = [];
  let position = 0;
  for (const entry of entries) {
    const data = await entry.data();
    const record = { name: Buffer.from(entry.name), crc: crc32(data), bytes: data.length, offset: position };
    const header = localHeader(record);
    written.push(record);
    yield header;
    yield data;
    position += header.length + data.length;
  }
  const directory = Buffer.concat(written.map(directoryRecord));
  yield directory;
  yield endRecords(written.length, directory.length, position);
}

/** The header before an entry, padded so that the data behind it are aligned (APPNOTE.TXT 4.3.7). */
export function localHeader({ name, crc, bytes, offset }: Written): Buffer {
  const wide = bytes >= WIDE ? zip64([bytes, bytes]) : Buffer.alloc(0);
  const before = offset + 30 + name.length + wide.length + 4;
  const padding = Buffer.alloc(4 + ((ALIGNMENT - (before % ALIGNMENT)) % ALIGNMENT));
  padding.writeUInt16LE(0x4246, 0);
  padding.writeUInt16LE(padding.length - 4, 2);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(45, 4);
  header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(Math.min(bytes, WIDE), 18);
  header.writeUInt32LE(Math.min(bytes, WIDE), 22);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(wide.length + padding.length, 28);
  return Buffer.concat([header, name, wide, padding]);
}

/** An entry's record in the directory (4.3.12). */
export function directoryRecord({ name, crc, bytes, offset }: Written): Buffer {
  const large = [...(bytes >= WIDE ? [bytes, bytes] : []), ...(offset >= WIDE ? [offset] : [])];
  const wide = large.length > 0 ? zip64(large) : Buffer.alloc(0);
  const record = Buffer.alloc(46);
  record.writeUInt32LE(0x02014b50, 0);
  record.writeUInt16LE(45, 4);
  record.writeUInt16LE(45, 6);
  record.writeUInt32LE(crc, 16);
  record.writeUInt32LE(Math.min(bytes, WIDE), 20);
  record.writeUInt32LE(Math.min(bytes, WIDE), 24);
  record.writeUInt16LE(name.length, 28);
  record.writeUInt16LE(wide.length, 30);
  record.writeUInt32LE(Math.min(offset, WIDE), 42);
  return Buffer.concat([record, name, wide]);
}

function zip64(values: readonly number[]): Buffer {
  const field = Buffer.alloc(4 + 8 * values.length);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(8 * values.length, 2);
  for (const [i, value] of values.entries()) field.writeBigUInt64LE(BigInt(value), 4 + 8 * i);
  return field;
}

/** The end of the directory: zip64 form, its locator, plain form (4.3.14 to 4.3.16). */
function endRecords(count: number, bytes: number, offset: number): Buffer {
  const end = Buffer.alloc(56 + 20 + 22);
  end.writeUInt32LE(0x06064b50, 0);
  end.writeBigUInt64LE(44n, 4);
  end.writeUInt16LE(45, 12);
  end.writeUInt16LE(45, 14);
  end.writeBigUInt64LE(BigInt(count), 24);
  end.writeBigUInt64LE(BigInt(count), 32);
  end.writeBigUInt64LE(BigInt(bytes), 40);
  end.writeBigUInt64LE(BigInt(offset), 48);
  end.writeUInt32LE(0x07064b50, 56);
  end.writeBigUInt64LE(BigInt(offset + bytes), 64);
  end.writeUInt32LE(1, 72);
  end.writeUInt32LE(0x06054b50, 76);
  end.writeUInt16LE(Math.min(count, 0xffff), 84);
  end.writeUInt16LE(Math.min(count, 0xffff), 86);
  end.writeUInt32LE(Math.min(bytes, WIDE), 88);
  end.writeUInt32LE(Math.min(offset, WIDE), 92);
  return end;
}
