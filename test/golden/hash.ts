import * as tf from '@tensorflow/tfjs-core';

/** The 32-bit finalizer of MurmurHash3. */
export function fmix32(value: number): number {
  let h = value >>> 0;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return h >>> 0;
}

/** The i-th number of the k-th hashed sequence, in [0, 1). */
export function hashUnit(k: number, i: number): number {
  return fmix32((i + Math.imul(0x9e3779b9, k + 1)) >>> 0) / 2 ** 32;
}

/** Hash-filled values between lo and hi, in C order of the shape. */
export function hashUniform(k: number, shape: readonly number[], lo: number, hi: number): Float32Array {
  const size = tf.util.sizeFromShape([...shape]);
  return Float32Array.from({ length: size }, (_, i) => lo + (hi - lo) * hashUnit(k, i));
}

/** The fill that a note states as `hash_uniform(k=…, …, lo..hi)`. */
export function noteFill(note: string | undefined): { k: number; lo: number; hi: number } {
  const match = /hash_uniform\(k=(\d+).*?(-?[\d.]+?)\.\.(-?[\d.]+)\)/.exec(note ?? '');
  if (!match)
    throw new Error(`expected hash_uniform(k=…, …, lo..hi) in the note, found ${JSON.stringify(note)}`);
  return { k: Number(match[1]), lo: Number(match[2]), hi: Number(match[3]) };
}
