import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs-core';
import { randomNormal, randomUniform } from '../engine/index.ts';
import { stateHeap } from '../engine/onnx/state.ts';
import { normal, uniform } from '../engine/wasm/random.ts';
import type { HostRandom, Random } from '../node.ts';

/** The random tensors of nodes: the engine draws them from the run's position and the scope, which is the node. */
export const random: Random = {
  normal: (shape, { mean = 0, std = 1 } = {}) => randomNormal(shape, { mean, deviation: std }),
  uniform: (shape, { min = 0, max = 1 } = {}) => randomUniform(shape, { low: min, high: max }),
  integers: (shape, { min, max }) =>
    tf.cast(tf.add(tf.floor(randomUniform(shape, { low: 0, high: max - min })), min), 'int32'),
};

/** Random numbers on the host that depend on the seed, the name of who draws, the step and the order of calls. */
export function hostRandom(seed: number, name: string, step = 0): HostRandom {
  const key = {
    seed: [seed >>> 0, Math.floor(seed / 2 ** 32)] as const,
    stream: [digest(name).readUInt32LE(0), step >>> 0] as const,
  };
  let counter = 0;
  const draw = (distribution: typeof normal, count: number): Float32Array => {
    if (count === 0) return new Float32Array(0);
    const block = stateHeap().allocate(count);
    try {
      distribution(block, { ...key, counter });
      counter += count;
      return block.view().slice();
    } finally {
      stateHeap().free(block);
    }
  };
  return {
    normal: (count) => draw(normal, count),
    uniform: (count) => draw(uniform, count),
    integers: (count, { min, max }) =>
      Int32Array.from(draw(uniform, count), (value) => min + Math.floor(value * (max - min))),
  };
}

/** The seed of an item: the same whichever other items a run has. */
export function itemSeed(seed: number, index: number): number {
  const hash = digest(`${seed}/${index}`);
  return hash.readUInt32LE(0) + (hash.readUInt32LE(4) & 0xfffff) * 2 ** 32;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
