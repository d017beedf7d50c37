import { afterEach, describe, expect, it } from 'vitest';
import { createSharedMemory, type WasmModule } from '../../runtime/engine/wasm/module.ts';
import { KernelPool } from '../../runtime/engine/wasm/pool.ts';

const section = (id: number, ...content: number[]) => [id, content.length, ...content];
const text = (value: string) => [value.length, ...Buffer.from(value)];
const code = (...body: number[]) => [body.length, ...body];

/** How often a task looks for its partner: about a tenth of a second. */
const PATIENCE = 2 ** 26;

// Two kernels written by hand. `meet` adds one to the first argument, waits until it is two, and leaves in argument
// 1 + task how often it has looked; alone it gives up after PATIENCE. `trap` traps.
const bytes = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, 1, 0x60, 2, 0x7f, 0x7f, 0),
  ...section(2, 1, ...text('env'), ...text('memory'), 2, 3, 1, 1),
  ...section(3, 2, 0, 0),
  ...section(7, 2, ...text('meet'), 0, 0, ...text('trap'), 0, 1),
  ...section(
    10,
    2,
    ...code(
      ...[1, 1, 0x7f],
      ...[0x20, 0, 0x41, 1, 0xfe, 0x1e, 2, 0, 0x1a], // args[0] += 1
      ...[0x03, 0x40, 0x20, 2, 0x41, 1, 0x6a, 0x22, 2], // loop: i += 1
      ...[0x41, 0x80, 0x80, 0x80, 0x20, 0x49], // i < PATIENCE
      ...[0x20, 0, 0xfe, 0x10, 2, 0, 0x41, 2, 0x49, 0x71, 0x0d, 0, 0x0b], // and args[0] < 2: again
      ...[0x20, 0, 0x20, 1, 0x41, 2, 0x74, 0x6a, 0x20, 2, 0x36, 2, 4, 0x0b], // args[1 + task] = i
    ),
    ...code(0, 0, 0x0b),
  ),
]);

const { Module } = (
  globalThis as unknown as { WebAssembly: { Module: new (bytes: Uint8Array) => WasmModule } }
).WebAssembly;
const memory = createSharedMemory({ initial: 1, maximum: 1 });
const pool = new KernelPool(new Module(bytes), memory, ['meet', 'trap'] as const);

function meet(): number[] {
  let words: DataView | undefined;
  pool.run('meet', 2, (args) => {
    words = args;
    for (let i = 0; i < 3; i++) args.setUint32(4 * i, 0, true);
  });
  return [4, 8].map((at) => words?.getUint32(at, true) ?? 0);
}

/** Whether two tasks have met in one of many attempts: the helper may be starting, or wait for a free core. */
function meetsEventually(): boolean {
  return Array.from({ length: 100 }).some(() => Math.max(...meet()) < PATIENCE);
}

afterEach(() => {
  pool.threads = 2;
});

describe('KernelPool', () => {
  it('runs tasks on helper threads at the same time as on the calling one', () => {
    pool.threads = 2;
    expect(meetsEventually()).toBe(true);
  });

  it('does everything on the calling thread when one thread is asked for', () => {
    pool.threads = 1;
    const looked = meet().sort((a, b) => a - b);
    expect(looked).toEqual([1, PATIENCE]);
  });

  it('reports a kernel that traps, on whichever thread, and works on', () => {
    for (const tasks of [1, 2, 50]) {
      expect(() => pool.run('trap', tasks, () => undefined)).toThrow(/trap failed in WebAssembly/);
    }
    expect(meetsEventually()).toBe(true);
  });

  it('takes any number of tasks, none included, many times over', () => {
    let total = 0;
    for (let tasks = 0; tasks < 300; tasks++) {
      let words: DataView | undefined;
      // With two arrived beforehand nobody waits; each task adds one.
      pool.run('meet', tasks % 14, (args) => {
        words = args;
        args.setUint32(0, 2, true);
      });
      total += (words?.getUint32(0, true) ?? 0) - 2 - (tasks % 14);
    }
    expect(total).toBe(0);
  });

  it('refuses numbers of threads below one', () => {
    for (const threads of [0, -1, 1.5, Number.NaN]) {
      expect(() => {
        pool.threads = threads;
      }).toThrow(/not a number of threads/);
    }
  });
});
