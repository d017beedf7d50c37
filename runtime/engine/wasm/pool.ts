import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { instantiate, type WasmMemory, type WasmModule } from './module.ts';

/** Words at the start of a pool's memory: what the threads agree on, then the arguments of the job. */
const CONTROL = { remaining: 0, done: 1, epoch: 2, kernel: 3, failed: 4, helpers: 5, arguments: 16 } as const;
export const ARGUMENT_WORDS = 16;
/** The first byte of the memory that jobs may use. */
export const POOL_BASE = 128;

/** How long to wait for a helper's task before taking the helper for dead. */
const PATIENCE_MS = 60_000;

/** More threads than this do not pay for waking them. */
const MOST_THREADS = 8;

type Kernel = (args: number, task: number) => void;

/**
 * What a helper thread runs: plain JavaScript in a string, so that it needs neither a file nor a TypeScript loader.
 * A claim takes `remaining` down by one; what was positive before is a task. The counter is set last when a job
 * begins and a job ends only when every claimed task has, so whoever claims a task reads that job's arguments.
 */
const HELPER = `
const { workerData: { module, memory, kernels, index } } = require('node:worker_threads');
const run = new WebAssembly.Instance(module, { env: { memory } }).exports;
const control = new Int32Array(memory.buffer, 0, ${CONTROL.arguments});
for (;;) {
  const epoch = Atomics.load(control, ${CONTROL.epoch});
  while (index < Atomics.load(control, ${CONTROL.helpers})) {
    const left = Atomics.sub(control, ${CONTROL.remaining}, 1);
    if (left <= 0) break;
    try {
      run[kernels[control[${CONTROL.kernel}]]](${CONTROL.arguments * 4}, left - 1);
    } catch {
      Atomics.store(control, ${CONTROL.failed}, 1);
    }
    Atomics.add(control, ${CONTROL.done}, 1);
    Atomics.notify(control, ${CONTROL.done});
  }
  Atomics.wait(control, ${CONTROL.epoch}, epoch);
}`;

/**
 * Runs the tasks of a job on the calling thread and on helper threads, all over one shared memory. Helpers start
 * with the first job that can use them, take tasks as soon as they are up, and never keep the process alive; where
 * they cannot start, the caller does everything.
 */
export class KernelPool<Name extends string> {
  readonly #kernels: Record<Name, Kernel>;
  readonly #control: Int32Array<SharedArrayBuffer>;
  readonly #arguments: DataView<SharedArrayBuffer>;
  #helpers = 0;
  #threads = 1;
  #alone = false;

  constructor(
    private readonly module: WasmModule,
    private readonly memory: WasmMemory<SharedArrayBuffer>,
    private readonly names: readonly Name[],
  ) {
    this.#kernels = instantiate<Record<Name, Kernel>>(module, memory);
    this.#control = new Int32Array(memory.buffer, 0, CONTROL.arguments);
    this.#arguments = new DataView(memory.buffer, CONTROL.arguments * 4, ARGUMENT_WORDS * 4);
    this.threads = Math.min(availableParallelism(), MOST_THREADS);
  }

  /** Threads that work on a job, the caller included. */
  get threads(): number {
    return this.#threads;
  }

  set threads(count: number) {
    if (!Number.isSafeInteger(count) || count < 1)
      throw new RangeError(`${count} is not a number of threads`);
    this.#threads = count;
    // Helpers beyond this number sleep on: one that were ended now might take a task with it.
    Atomics.store(this.#control, CONTROL.helpers, count - 1);
  }

  /**
   * Runs `kernel` for the tasks 0..tasks-1, in any order, and returns when all are done. Arguments are words of
   * 32 bits, written by `write`. Throws when a task traps.
   */
  run(kernel: Name, tasks: number, write: (args: DataView<SharedArrayBuffer>) => void): void {
    const control = this.#control;
    write(this.#arguments);
    Atomics.store(control, CONTROL.kernel, this.names.indexOf(kernel));
    Atomics.store(control, CONTROL.done, 0);
    Atomics.store(control, CONTROL.failed, 0);
    Atomics.store(control, CONTROL.remaining, tasks);
    if (tasks > 1) this.#wake();
    for (let left = Atomics.sub(control, CONTROL.remaining, 1); left > 0; ) {
      try {
        this.#kernels[kernel](CONTROL.arguments * 4, left - 1);
      } catch {
        Atomics.store(control, CONTROL.failed, 1);
      }
      Atomics.add(control, CONTROL.done, 1);
      left = Atomics.sub(control, CONTROL.remaining, 1);
    }
    this.#await(kernel, tasks);
    if (Atomics.load(control, CONTROL.failed)) throw new Error(`${kernel} failed in WebAssembly`);
  }

  #await(kernel: Name, tasks: number): void {
    // Two chances, since time also passes while the whole process is stopped.
    let chances = 2;
    for (;;) {
      const done = Atomics.load(this.#control, CONTROL.done);
      if (done === tasks) return;
      const outcome = Atomics.wait(this.#control, CONTROL.done, done, PATIENCE_MS);
      if (outcome === 'timed-out' && --chances === 0) {
        throw new Error(`${kernel}: a helper thread has not finished its task`);
      }
    }
  }

  #wake(): void {
    while (!this.#alone && this.#helpers < this.#threads - 1) this.#start();
    if (this.#helpers === 0) return;
    Atomics.add(this.#control, CONTROL.epoch, 1);
    Atomics.notify(this.#control, CONTROL.epoch);
  }

  #start(): void {
    const workerData = {
      module: this.module,
      memory: this.memory,
      kernels: this.names,
      index: this.#helpers,
    };
    try {
      const helper = new Worker(HELPER, { eval: true, workerData, execArgv: [], env: {} });
      // Where threads run out only after the constructor has returned, an event says so.
      helper.on('error', () => {
        this.#alone = true;
      });
      helper.unref();
      this.#helpers++;
    } catch {
      this.#alone = true;
    }
  }
}
