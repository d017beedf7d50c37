import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import type { HostTensor } from '../engine/index.ts';

/** Tensors by name; each is asked for when its turn comes. */
export type TensorStream = Iterable<readonly [string, () => HostTensor]>;

/** What a file came to. */
export interface FileDigest {
  readonly bytes: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

const DTYPES = { F32: Float32Array, I32: Int32Array } as const;

/**
 * Writes a new safetensors file and flushes it. Tensors are taken one after the other, twice: for their shapes, then
 * for their elements.
 */
export async function writeTensors(path: string, tensors: readonly (readonly [string, () => HostTensor])[]): Promise<FileDigest> {
  const header: Record<string, object> = {};
  let offset = 0;
  const shapes = tensors.map(([name, get]) => ({ name, get, tensor: get() }));
  for (const { name, tensor } of shapes) {
    const end = offset + tensor.data.byteLength;
    header[name] = { dtype: tensor.data instanceof Int32Array ? 'I32' : 'F32', shape: tensor.shape, data_offsets: [offset, end] };
    offset = end;
  }
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const hash = createHash('sha256');
  const file = await open(path, 'wx');
  let bytes = 0;
  try {
    const write = async (chunk: Uint8Array) => {
      hash.update(chunk);
      bytes += chunk.length;
      for (let done = 0; done < chunk.length; ) done += (await file.write(chunk, done)).bytesWritten;
    };
    await write(length);
    await write(padded);
    for (const { tensor: { data } } of shapes) {
      await write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Reads every tensor of a safetensors file that `writeTensors` wrote and whose hash was checked. */
export async function readTensors(path: string): Promise<Map<string, HostTensor>> {
  const file = await readFile(path);
  const length = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, 8 + length)) as Record<
    string,
    { dtype: keyof typeof DTYPES; shape: number[]; data_offsets: [number, number] }
  >;
  return new Map(
    Object.entries(header).map(([name, { dtype, shape, data_offsets: [begin, end] }]) => {
      const bytes = file.buffer.slice(file.byteOffset + 8 + length + begin, file.byteOffset + 8 + length + end) as ArrayBuffer;
      return [name, { shape, data: new DTYPES[dtype](bytes) }];
    }),
  );
}

export async function digestOf(path: string): Promise<FileDigest> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
