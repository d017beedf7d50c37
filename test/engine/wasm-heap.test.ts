import { describe, expect, it } from 'vitest';
import { EngineError } from '../../runtime/engine/errors.ts';
import { type Block, Heap } from '../../runtime/engine/wasm/heap.ts';

const MEBIBYTE = 2 ** 20;

describe('Heap', () => {
  it('gives aligned blocks that do not overlap', () => {
    const heap = new Heap();
    const blocks = [1, 16, 17, 0, 1000].map((floats) => heap.allocate(floats));
    for (const [i, block] of blocks.entries()) block.view().fill(i);
    for (const [i, block] of blocks.entries()) {
      expect(block.pointer % 64).toBe(0);
      expect(block.view().every((value) => value === i)).toBe(true);
    }
    expect(blocks.map((block) => block.view().length)).toEqual([1, 16, 17, 0, 1000]);
  });

  it('keeps contents and gives fresh views when the memory grows', () => {
    const heap = new Heap();
    const block = heap.allocate(3);
    block.view().set([1, 2, 3]);
    const before = block.view();
    const generation = block.generation;
    expect(block.view()).toBe(before);
    heap.allocate(4 * MEBIBYTE);
    expect(block.generation).toBeGreaterThan(generation);
    expect(before.length).toBe(0);
    expect([...block.view()]).toEqual([1, 2, 3]);
  });

  it('uses freed space again, merging neighbours in any order', () => {
    const heap = new Heap();
    const used = heap.usedBytes;
    const row = Array.from({ length: 6 }, () => heap.allocate(MEBIBYTE));
    const capacity = heap.capacityBytes;
    for (const i of [1, 3, 2, 0, 5, 4]) heap.free(row[i] as Block);
    expect(heap.usedBytes).toBe(used);
    const whole = heap.allocate(6 * MEBIBYTE);
    expect(whole.pointer).toBe(row[0]?.pointer);
    expect(heap.capacityBytes).toBe(capacity);
  });

  it('survives random allocation and freeing', () => {
    const heap = new Heap();
    const start = heap.usedBytes;
    const live: { block: Block; tag: number }[] = [];
    let state = 1;
    const random = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    for (let tag = 0; tag < 500; tag++) {
      if (live.length > 0 && random(5) < 2) {
        const [gone] = live.splice(random(live.length), 1);
        expect(gone?.block.view().every((value) => value === gone.tag)).toBe(true);
        heap.free(gone?.block as Block);
      } else {
        const block = heap.allocate(random(5000));
        block.view().fill(tag);
        live.push({ block, tag });
      }
    }
    for (const { block, tag } of live) {
      expect(block.view().every((value) => value === tag)).toBe(true);
      heap.free(block);
    }
    expect(heap.usedBytes).toBe(start);
  });

  it('says what is used and what the limit is when nothing is left, and stays usable', () => {
    const heap = new Heap({ maximumBytes: 4 * MEBIBYTE });
    const block = heap.allocate(MEBIBYTE / 2);
    const attempt = () => heap.allocate(MEBIBYTE);
    expect(attempt).toThrow(EngineError);
    expect(attempt).toThrow(/block of 4\.0 MiB does not fit: 2\.3 MiB are in use in 2 blocks.*4\.0 MiB/);
    heap.free(block);
    expect(heap.allocate(MEBIBYTE / 2).length).toBe(MEBIBYTE / 2);
  });

  it('refuses bad sizes, freed blocks and blocks of other heaps', () => {
    const heap = new Heap();
    for (const floats of [-1, 1.5, Number.NaN, Infinity])
      expect(() => heap.allocate(floats)).toThrow(RangeError);
    for (const maximumBytes of [0, 2 ** 33, Number.NaN])
      expect(() => new Heap({ maximumBytes })).toThrow(RangeError);
    const block = heap.allocate(4);
    expect(() => new Heap().free(block)).toThrow(/not allocated from this heap/);
    heap.free(block);
    expect(() => heap.free(block)).toThrow(/freed already/);
    expect(() => block.view()).toThrow(/was freed/);
  });
});
