import { gzipSync } from 'node:zlib';

export interface TarFile {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** Default `0`: a file. */
  readonly type?: string;
  readonly link?: string;
  /** A size that is stated instead of that of the content. */
  readonly size?: number;
}

/** A tar archive of any entries, however wrong. */
export function tar(...files: readonly TarFile[]): Buffer {
  return Buffer.concat([...files.flatMap(entry), Buffer.alloc(1024)]);
}

export function tarGz(...files: readonly TarFile[]): Buffer {
  return gzipSync(tar(...files));
}

function entry({ name, content = '', type = '0', link = '', size }: TarFile): Buffer[] {
  const data = Buffer.from(content as string);
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write('0000644\0', 100);
  header.write(`${(size ?? data.length).toString(8).padStart(11, '0')}\0`, 124);
  header.write(' '.repeat(8), 148);
  header.write(type, 156);
  header.write(link, 157);
  header.write('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return [header, data, Buffer.alloc((512 - (data.length % 512)) % 512)];
}

/** A pax record with the length of itself in front. */
export function pax(key: string, value: string): TarFile {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length + 1;
  while (`${length}`.length + Buffer.byteLength(rest) !== length) length++;
  return { name: 'PaxHeader', type: 'x', content: `${length}${rest}` };
}
