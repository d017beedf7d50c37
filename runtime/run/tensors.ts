import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../engine/index.ts';
import { openCheckpoint, type SavedTensor, savedTensor, writeSafetensors } from '../formats/index.ts';

/** A tensor of a checkpoint by its name; its elements are fetched when it is its turn to be written. */
export type SavedEntry = readonly [name: string, tensor: SavedTensor];

/** What a file came to. */
export interface FileDigest {
  readonly bytes: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

export function savedVariable(variable: tf.Variable): SavedEntry {
  const data = () => variable.dataSync<'float32'>();
  return [variable.name, savedTensor({ dtype: 'float32', shape: variable.shape, data })];
}

export function savedTensorOf(name: string, { data, shape }: HostTensor): SavedEntry {
  return [name, savedTensor({ dtype: data instanceof Int32Array ? 'int32' : 'float32', shape, data })];
}

/** Writes a flushed safetensors file. */
export async function writeTensors(path: string, tensors: Iterable<SavedEntry>): Promise<FileDigest> {
  await writeSafetensors(path, tensors);
  return digestOf(path);
}

/** Reads every tensor of a file that `writeTensors` wrote. */
export async function readTensors(path: string): Promise<Map<string, HostTensor>> {
  const file = await openCheckpoint(path);
  try {
    const tensors = new Map<string, HostTensor>();
    for (const { name, dtype, shape } of file.tensors()) {
      const { data } = await (dtype === 'int32'
        ? file.read(name, { dtype: 'int32' })
        : file.read(name, { dtype: 'float32' }));
      tensors.set(name, { data, shape });
    }
    return tensors;
  } finally {
    file.close();
  }
}

export async function digestOf(path: string): Promise<FileDigest> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
