import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { compile, useEngine } from '../../runtime/engine/index.ts';
import { type MemoryHolder, SessionMemory } from '../../runtime/engine/onnx/session-memory.ts';

/** Holders that write down who released its memory. */
function holders(sizes: readonly number[]) {
  const released: number[] = [];
  const all = sizes.map((bytes, i): MemoryHolder => ({ bytes, release: () => released.push(i) }));
  return { all: all as [MemoryHolder, MemoryHolder, MemoryHolder], released };
}

describe('session memory', () => {
  it('releases what ran longest ago, until the idle ones fit', () => {
    const memory = new SessionMemory({ idleBytes: 10, patience: 4 });
    const { all, released } = holders([6, 5, 100]);
    for (const holder of all) memory.claim(holder);
    expect(released).toEqual([0]);
    memory.claim(all[2]);
    expect(released).toEqual([0]);
  });

  it('never releases the one that runs, however large', () => {
    const memory = new SessionMemory({ idleBytes: 1, patience: 4 });
    const { all, released } = holders([100, 1, 1]);
    memory.claim(all[0]);
    memory.claim(all[0]);
    expect(released).toEqual([]);
  });

  it('releases steps that take turns once', () => {
    const memory = new SessionMemory({ idleBytes: 10, patience: 4 });
    const { all, released } = holders([8, 8, 8]);
    for (let round = 0; round < 5; round++) for (const holder of all) memory.claim(holder);
    expect(released.toSorted()).toEqual([0, 1, 2]);
  });

  it('releases them again when their turns are over', () => {
    const memory = new SessionMemory({ idleBytes: 0, patience: 2 });
    const { all, released } = holders([8, 8, 8]);
    for (const i of [0, 1, 0, 1] as const) memory.claim(all[i]);
    expect(released).toEqual([0, 1]);
    for (let claim = 0; claim < 4; claim++) memory.claim(all[2]);
    expect(released).toEqual([0, 1, 0, 1]);
  });

  it('forgets what is gone', () => {
    const memory = new SessionMemory({ idleBytes: 0, patience: 2 });
    const { all, released } = holders([8, 8, 8]);
    memory.claim(all[0]);
    memory.forget(all[0]);
    memory.claim(all[1]);
    expect(released).toEqual([]);
  });
});

describe('a compiled step whose sessions were released', () => {
  beforeAll(() => useEngine('onnx:cpu', { threads: 1 }));

  it('gives the same results and can be disposed of in either state', () => {
    const weight = tf.variable(tf.tensor1d([2, 3]), false);
    const step = compile((x: tf.Tensor1D) => tf.mul(x, weight));
    const run = () => [...step(tf.tensor1d([4, 5])).dataSync()];
    expect(run()).toEqual([8, 15]);
    const executor = step.compilations()[0]?.executor;
    executor?.release();
    expect(run()).toEqual([8, 15]);
    executor?.release();
    step.dispose();
    weight.dispose();
  });
});
