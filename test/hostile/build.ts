import { deflateRawSync } from 'node:zlib';
import { crc32 } from '../../runtime/formats/crc32.ts';
import { LEGACY_MAGIC } from '../../runtime/formats/torch/legacy.ts';

/** Bytes of files, made by hand so that any rule can be broken. Texts are Latin-1: a character is a byte. */
export function bytes(...parts: readonly (string | number | Uint8Array)[]): Buffer {
  return Buffer.concat(
    parts.map((part) =>
      typeof part === 'string'
        ? Buffer.from(part, 'latin1')
        : typeof part === 'number'
          ? Buffer.of(part)
          : Buffer.from(part.buffer, part.byteOffset, part.byteLength),
    ),
  );
}

export function u16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}

export function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

export function u64(value: number | bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return buffer;
}

/** A pickle of protocol 2 around instructions. */
export function pickle(...instructions: readonly (string | number | Uint8Array)[]): Buffer {
  return bytes('\x80\x02', ...instructions, '.');
}

export function text(value: string): Buffer {
  const encoded = Buffer.from(value);
  return bytes('X', u32(encoded.length), encoded);
}

export function int(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32LE(value);
  return bytes('J', buffer);
}

export function tuple(...items: readonly Uint8Array[]): Buffer {
  return bytes('(', ...items, 't');
}

export function dict(members: Readonly<Record<string, Uint8Array>>): Buffer {
  return bytes('}(', ...Object.entries(members).flatMap(([key, value]) => [text(key), value]), 'u');
}

export interface TensorText {
  readonly key?: string;
  readonly type?: string;
  readonly elements?: number;
  readonly size?: readonly number[];
  readonly stride?: readonly number[];
  readonly start?: number;
  /** What follows the number of elements in the persistent id; legacy files have None there. */
  readonly view?: Uint8Array;
}

export function storage({ key = '0', type = 'FloatStorage', elements = 6, view }: TensorText = {}): Buffer {
  const rest = view ? [view] : [];
  return bytes(
    tuple(text('storage'), bytes(`ctorch\n${type}\n`), text(key), text('cuda:0'), int(elements), ...rest),
    'Q',
  );
}

/** The call that makes a tensor: 2×3 floats of the storage '0' unless said otherwise. */
export function tensor(given: TensorText = {}): Buffer {
  const { size = [2, 3], stride = [3, 1], start = 0 } = given;
  return bytes(
    'ctorch._utils\n_rebuild_tensor_v2\n',
    tuple(
      storage(given),
      int(start),
      tuple(...size.map(int)),
      tuple(...stride.map(int)),
      bytes('\x89'),
      bytes(')'),
    ),
    'R',
  );
}

export function floats(...values: readonly number[]): Buffer {
  return bytes(new Uint8Array(Float32Array.from(values).buffer));
}

export const SIX = floats(1, 2, 3, 4, 5, 6);

export function legacyMagic(magic: bigint = LEGACY_MAGIC): Buffer {
  const encoded = Buffer.from(magic.toString(16).padStart(20, '0'), 'hex').reverse();
  return pickle('\x8a', encoded.length, encoded);
}

/** What torch.save wrote before 1.6. */
export function legacy(
  main: Uint8Array,
  storages: readonly (readonly [key: string, elements: number | bigint, data: Uint8Array])[] = [
    ['0', 6, SIX],
  ],
  { littleEndian = true, protocol = 1001, magic = LEGACY_MAGIC } = {},
): Buffer {
  return bytes(
    legacyMagic(magic),
    pickle(int(protocol)),
    pickle(dict({ protocol_version: int(protocol), little_endian: bytes(littleEndian ? '\x88' : '\x89') })),
    main,
    pickle('](', ...storages.map(([key]) => text(key)), 'e'),
    ...storages.flatMap(([, elements, data]) => [u64(elements), data]),
  );
}

/** An entry of an archive; fields that are given replace what would be true. */
export interface ZipEntry {
  readonly name: string;
  readonly data: Uint8Array;
  readonly deflate?: boolean;
  readonly flags?: number;
  readonly method?: number;
  readonly crc?: number;
  readonly bytes?: number;
  readonly compressedBytes?: number;
  readonly offset?: number;
  readonly localName?: string;
  readonly localBytes?: number;
  readonly extra?: Uint8Array;
  /** Sizes and checksum come after the data, as bit 3 says; the header has zeros. */
  readonly described?: boolean;
}

export interface ZipEnd {
  readonly count?: number;
  readonly directoryBytes?: number;
  readonly directoryOffset?: number;
  readonly comment?: Uint8Array;
  /** Bytes between the directory and its end, such as zip64 records. */
  readonly before?: (offset: number, size: number) => Uint8Array;
}

export function zip(entries: readonly ZipEntry[], end: ZipEnd = {}): Buffer {
  const locals: Buffer[] = [];
  const records: Buffer[] = [];
  let position = 0;
  for (const entry of entries) {
    const data = entry.deflate ? deflateRawSync(entry.data) : entry.data;
    const flags = entry.flags ?? (entry.described ? 8 : 0);
    const method = entry.method ?? (entry.deflate ? 8 : 0);
    const crc = entry.crc ?? crc32(entry.data);
    const size = entry.bytes ?? entry.data.length;
    const packed = entry.compressedBytes ?? data.length;
    const sizes = entry.described
      ? [u32(0), u32(0), u32(0)]
      : [u32(crc), u32(packed), u32(entry.localBytes ?? size)];
    const localName = Buffer.from(entry.localName ?? entry.name);
    const local = bytes(
      'PK\x03\x04', u16(20), u16(flags), u16(method), u32(0), ...sizes, u16(localName.length), u16(0), localName, data,
      ...(entry.described ? ['PK\x07\x08', u32(crc), u32(packed), u32(size)] : []),
    ); // biome-ignore format: records of the format, one line each
    const name = Buffer.from(entry.name);
    const extra = entry.extra ?? Buffer.alloc(0);
    records.push(
      bytes(
        'PK\x01\x02',
        u16(20),
        u16(20),
        u16(flags),
        u16(method),
        u32(0),
        u32(crc),
        u32(packed),
        u32(size),
        u16(name.length),
        u16(extra.length),
        u16(0),
        u16(0),
        u16(0),
        u32(0),
        u32(entry.offset ?? position),
        name,
        extra,
      ),
    );
    locals.push(local);
    position += local.length;
  }
  const directory = bytes(...records);
  const comment = end.comment ?? Buffer.alloc(0);
  const count = end.count ?? entries.length;
  return bytes(
    ...locals,
    directory,
    end.before?.(position, directory.length) ?? '',
    'PK\x05\x06',
    u16(0),
    u16(0),
    u16(count),
    u16(count),
    u32(end.directoryBytes ?? directory.length),
    u32(end.directoryOffset ?? position),
    u16(comment.length),
    comment,
  );
}

/** What torch.save writes since 1.6; `entries` replace or add to the storage '0' of six floats. */
export function torchZip(
  main: Uint8Array,
  entries: readonly ZipEntry[] = [{ name: 'a/data/0', data: SIX }],
  end: ZipEnd = {},
): Buffer {
  return zip(
    [{ name: 'a/data.pkl', data: main }, ...entries, { name: 'a/version', data: bytes('3\n') }],
    end,
  );
}

export function safetensors(header: string | object, data: Uint8Array = SIX): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  return bytes(u64(json.length), json, data);
}
