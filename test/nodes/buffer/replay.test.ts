import { describe, expect, it } from 'vitest';
import { replay } from '../../../nodes/buffer/replay.ts';
import { jointReplay } from '../../../nodes/buffer/replay-joint.ts';
import { knownReplay } from '../../../nodes/buffer/replay-known.ts';
import { shapeReplay } from '../../../nodes/buffer/replay-shapes.ts';
import { bufferContext, numbered } from '../host.ts';

describe('buffer/replay', () => {
  const params = { capacity: 3, count: 2 };

  function filled(writes = 3) {
    const context = bufferContext();
    for (let step = 0; step < writes; step++) {
      const inputs = { image: numbered(3, 3 * step), mask: numbered(3, 100 + 3 * step) };
      replay.write({ inputs, params, context: context.at(step) });
    }
    return context;
  }

  it('begins with the second batch in the order of writing, then reshuffles everything', () => {
    const context = filled();
    const read = () => Array.from(replay.read({ params, context: context.at(3) }).image.data);
    // 9 samples in batches of 2: rows 2–3, 4–5; at 6, 6 + 2 < 9; at 8 a batch no longer fits.
    expect([read(), read(), read()]).toEqual([
      [2, 3],
      [4, 5],
      [6, 7],
    ]);
    const round = [read(), read(), read(), read()].flat();
    expect(new Set(round).size).toBe(8);
    expect(round).not.toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const next = [read(), read(), read(), read()].flat();
    expect(next).not.toEqual(round);
  });

  it('keeps images and masks together', () => {
    const context = filled();
    for (let i = 0; i < 9; i++) {
      const { image, mask } = replay.read({ params, context: context.at(3) });
      expect(Array.from(mask.data)).toEqual(Array.from(image.data, (value) => value + 100));
    }
  });

  it('replaces what is older than its capacity, in the order of writing again', () => {
    const context = filled(6);
    const first = Array.from(replay.read({ params, context: context.at(6) }).image.data);
    expect(first).toEqual([11, 12]);
  });

  it('says what to do where there is too little', () => {
    const read = (writes: number, count: number) => () =>
      replay.read({ params: { ...params, count }, context: filled(writes).at(writes) });
    expect(read(0, 2)).toThrow('nothing was written yet');
    expect(read(1, 4)).toThrow('a batch of 4 is read, but only 3 samples were written');
  });
});

describe('buffer/replay-joint', () => {
  const params = { capacity: 6, count: 2 };
  const index = (value: number) => ({ shape: [1], data: Float32Array.of(value) });

  it('goes through the images and gives samples of each with it', () => {
    const context = bufferContext();
    for (let step = 0; step < 6; step++) {
      const image = step % 3;
      const inputs = { image: numbered(2, 10 * image + 2 * Math.floor(step / 3)), mask: numbered(2, 0) };
      const about = { target: numbered(1, -image), index: index(image) };
      jointReplay.write({ inputs: { ...inputs, ...about }, params, context: context.at(step) });
    }
    const reads = Array.from({ length: 12 }, () => jointReplay.read({ params, context: context.at(6) }));
    const order = reads.map((read) => read.index.data[0] as number);
    expect(order.slice(0, 3)).toEqual([0, 1, 2]);
    for (let round = 0; round < 4; round++) {
      expect([...order.slice(3 * round, 3 * round + 3)].sort()).toEqual([0, 1, 2]);
    }
    for (const read of reads) {
      const image = read.index.data[0] as number;
      expect(Math.abs(read.target.data[0] as number)).toBe(image);
      const samples = Array.from(read.image.data);
      expect(new Set(samples).size).toBe(2);
      for (const sample of samples) expect(Math.floor(sample / 10)).toBe(image);
    }
    const ofFirst = reads.filter((read) => read.index.data[0] === 0).map((read) => `${read.image.data}`);
    expect(new Set(ofFirst).size).toBeGreaterThan(1);
  });
});

describe('buffer/replay-known', () => {
  const params = { capacity: 3, count: 4 };

  function filled(writes: number) {
    const context = bufferContext();
    for (let step = 0; step < writes; step++) {
      const row = 2 * step;
      const inputs = { image: numbered(2, row), target: numbered(1, 100 + step) };
      const asked = { view: numbered(2, 200 + row), light: numbered(2, 300 + row) };
      knownReplay.write({ inputs: { ...inputs, ...asked }, params, context: context.at(step) });
    }
    return context;
  }

  it('keeps samples with their views, lights and images, and mixes all of them', () => {
    const context = filled(5);
    const seen = new Set<number>();
    for (let i = 0; i < 20; i++) {
      const read = knownReplay.read({ params, context: context.at(5) });
      const rows = Array.from(read.image.data);
      expect(new Set(rows).size).toBe(4);
      expect(Array.from(read.target.data)).toEqual(rows.map((row) => 100 + Math.floor(row / 2)));
      expect(Array.from(read.view.data)).toEqual(rows.map((row) => 200 + row));
      expect(Array.from(read.light.data)).toEqual(rows.map((row) => 300 + row));
      for (const row of rows) seen.add(row);
    }
    // Of 5 writes 3 are remembered: rows 4 to 9.
    expect([...seen].sort((a, b) => a - b)).toEqual([4, 5, 6, 7, 8, 9]);
  });

  it('says what to do where there is too little', () => {
    const read = (writes: number) => () => knownReplay.read({ params, context: filled(writes).at(writes) });
    expect(read(0)).toThrow('nothing was written yet');
    expect(read(1)).toThrow('a batch of 4 is read, but only 2 samples were written');
  });
});

describe('buffer/replay-shapes', () => {
  const params = { capacity: 2, count: 3 };

  function filled(writes: number) {
    const context = bufferContext();
    for (let step = 0; step < writes; step++) {
      const row = 2 * step;
      const inputs = { image: numbered(2, row), depth: numbered(2, 100 + row), mask: numbered(2, 200 + row) };
      shapeReplay.write({ inputs, params, context: context.at(step) });
    }
    return context;
  }

  it('keeps images with their shapes and masks, and mixes all of them', () => {
    const context = filled(3);
    const seen = new Set<number>();
    const orders = new Set<string>();
    for (let i = 0; i < 20; i++) {
      const read = shapeReplay.read({ params, context: context.at(3) });
      const rows = Array.from(read.image.data);
      expect(new Set(rows).size).toBe(3);
      expect(Array.from(read.depth.data)).toEqual(rows.map((row) => 100 + row));
      expect(Array.from(read.mask.data)).toEqual(rows.map((row) => 200 + row));
      for (const row of rows) seen.add(row);
      orders.add(`${rows}`);
    }
    // Of 3 writes 2 are remembered: rows 2 to 5.
    expect([...seen].sort((a, b) => a - b)).toEqual([2, 3, 4, 5]);
    expect(orders.size).toBeGreaterThan(5);
  });

  it('says what to do where there is too little', () => {
    const read = (writes: number) => () => shapeReplay.read({ params, context: filled(writes).at(writes) });
    expect(read(0)).toThrow('nothing was written yet');
    expect(read(1)).toThrow('a batch of 3 is read, but only 2 samples were written');
  });
});
