import { describe, expect, it } from 'vitest';
import { Heap } from '../../runtime/engine/wasm/heap.ts';
import { normal, type RandomKey, uniform } from '../../runtime/engine/wasm/random.ts';

const heap = new Heap();
const key: RandomKey = { seed: [0x12345678, 0x9abcdef0], stream: [3, 4], counter: 0 };

function draw(distribution: typeof uniform, length: number, at: RandomKey): Float32Array {
  const block = heap.allocate(length);
  distribution(block, at);
  const values = block.view().slice();
  heap.free(block);
  return values;
}

describe('Philox4x32-10', () => {
  // The known answers that come with the authors' Random123 library.
  it.each([
    [[0, 0, 0, 0, 0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    [Array<number>(6).fill(0xffffffff), '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0],
      'd16cfe09 94fdcceb 5001e420 24126ea1',
    ],
  ])('gives the known answer for %j', (counterAndKey, answer) => {
    const block = heap.allocate(4);
    heap.kernels.philox(block.pointer, ...counterAndKey);
    const words = new Uint32Array(block.view().buffer, block.pointer, 4);
    expect([...words].map((word) => word.toString(16).padStart(8, '0')).join(' ')).toBe(answer);
  });

  it('is what uniform numbers are made of', () => {
    const words = [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8];
    const values = draw(uniform, 4, { seed: [0, 0], stream: [0, 0], counter: 0 });
    expect([...values]).toEqual(words.map((word) => (word >>> 8) / 2 ** 24));
  });
});

describe.each([
  ['uniform', uniform],
  ['normal', normal],
])('%s', (_, distribution) => {
  it('gives the same bits however the draw is cut', () => {
    const whole = draw(distribution, 1000, { ...key, counter: 5 });
    const cuts = [0, 1, 4, 6, 7, 100, 333, 1000];
    const parts = cuts.slice(1).map((end, i) => {
      const start = cuts[i] ?? 0;
      return draw(distribution, end - start, { ...key, counter: 5 + start });
    });
    expect(Float32Array.from(parts.flatMap((part) => [...part]))).toEqual(whole);
  });

  it('depends on every word of the key and on the upper half of the counter', () => {
    const keys: RandomKey[] = [
      key,
      { ...key, seed: [1, key.seed[1]] },
      { ...key, seed: [key.seed[0], 1] },
      { ...key, stream: [1, 4] },
      { ...key, stream: [3, 1] },
      { ...key, counter: 2 ** 34 },
      { ...key, counter: 2 ** 52 },
    ];
    expect(new Set(keys.map((at) => draw(distribution, 8, at).join())).size).toBe(keys.length);
  });

  it('refuses words and counters out of range', () => {
    const block = heap.allocate(2);
    for (const bad of [{ counter: -1 }, { counter: 0.5 }, { counter: 2 ** 53 - 2 }]) {
      expect(() => distribution(block, { ...key, ...bad })).toThrow(/counter/);
    }
    expect(() => distribution(block, { ...key, seed: [-1, 0] })).toThrow(/32 bits/);
    expect(() => distribution(block, { ...key, stream: [0, 2 ** 32] })).toThrow(/32 bits/);
  });
});

function moments(values: Float32Array): { mean: number; variance: number; fourth: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const central = (power: number) => values.reduce((sum, x) => sum + (x - mean) ** power, 0) / values.length;
  return { mean, variance: central(2), fourth: central(4) };
}

describe('distributions', () => {
  const count = 200_000;

  it('uniform has the moments of [0, 1)', () => {
    const values = draw(uniform, count, key);
    const { mean, variance } = moments(values);
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.003);
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.001);
    expect(values.every((x) => x >= 0 && x < 1)).toBe(true);
  });

  it('normal has the moments of N(0, 1) and uncorrelated neighbours', () => {
    const values = draw(normal, count, key);
    const { mean, variance, fourth } = moments(values);
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.abs(variance - 1)).toBeLessThan(0.015);
    expect(Math.abs(fourth - 3)).toBeLessThan(0.15);
    const lag = values.slice(1).reduce((sum, x, i) => sum + x * (values[i] ?? 0), 0) / count;
    expect(Math.abs(lag)).toBeLessThan(0.01);
  });
});
