import { EngineError } from '../errors.ts';
import {
  createMemory,
  instantiate,
  loadModule,
  PAGE_BYTES,
  type WasmMemory,
  type WasmModule,
} from './module.ts';

/** The raw kernels; pointers are byte offsets, lengths count floats. `kernels.ts` gives them a safe face. */
export interface KernelExports {
  heapBase(): number;
  fill(target: number, length: number, value: number): void;
  lerp(average: number, value: number, length: number, decay: number, rest: number): void;
  addScaled(target: number, source: number, length: number, scale: number): void;
  firstNonFinite(source: number, length: number): number;
  adam(
    param: number,
    grad: number,
    first: number,
    second: number,
    length: number,
    ...scalars: number[]
  ): void;
  philox(target: number, ...counterAndKey: number[]): void;
  uniform(target: number, length: number, block: bigint, skip: number, ...streamAndSeed: number[]): void;
  normal(target: number, length: number, block: bigint, skip: number, ...streamAndSeed: number[]): void;
}

/** A stretch of floats in a heap. */
export interface Block {
  readonly heap: Heap;
  /** Byte offset in the heap's memory, a multiple of 64. */
  readonly pointer: number;
  /** Number of floats. */
  readonly length: number;
  /** Changes when memory growth detaches all views that were handed out before. */
  readonly generation: number;
  /** The block's floats, over the memory as it is now. Throws when the block was freed. */
  view(): Float32Array<ArrayBuffer>;
}

export interface HeapOptions {
  /** Where growth ends, in bytes: 4 GiB (all that WebAssembly can address) unless given. */
  readonly maximumBytes?: number;
}

interface Span {
  start: number;
  bytes: number;
}

const ALIGNMENT = 64;
const MAXIMUM_BYTES = 2 ** 32;
/** Floats that pass through the scratch block at a time: small enough to stay in a core's second-level cache. */
export const SCRATCH_FLOATS = 65_536;

const align = (bytes: number) => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

let compiled: WasmModule | undefined;

/**
 * Memory for the state of a training run: weights, moments, averages. Blocks are found first-fit in a list of
 * free spans that merge when they touch; the memory grows as needed. Views over it pass into ONNX sessions
 * without a copy, and the kernels of `kernels.ts` change it in place.
 */
export class Heap {
  readonly kernels: KernelExports;
  /** Where operands from outside the heap are staged. */
  readonly scratch: Block;
  readonly #memory: WasmMemory<ArrayBuffer>;
  readonly #maximumPages: number;
  readonly #free: Span[] = [];
  #blocks = 0;
  #generation = 0;
  #usedBytes = 0;

  constructor(options: HeapOptions = {}) {
    const maximumBytes = options.maximumBytes ?? MAXIMUM_BYTES;
    if (!(maximumBytes >= 16 * PAGE_BYTES && maximumBytes <= MAXIMUM_BYTES)) {
      throw new RangeError(`maximumBytes is ${maximumBytes}; it must lie between 1 MiB and 4 GiB`);
    }
    this.#maximumPages = Math.floor(maximumBytes / PAGE_BYTES);
    this.#memory = createMemory({ initial: 1, maximum: this.#maximumPages });
    compiled ??= loadModule('kernels');
    this.kernels = instantiate<KernelExports>(compiled, this.#memory);
    const base = align(this.kernels.heapBase());
    this.#free.push({ start: base, bytes: PAGE_BYTES - base });
    this.scratch = this.allocate(SCRATCH_FLOATS);
  }

  /** Bytes in blocks that are not freed, each rounded up to 64. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Size of the memory. It never shrinks. */
  get capacityBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** Counts how often growth has detached the memory's views. */
  get generation(): number {
    return this.#generation;
  }

  /** Whether these floats lie in this heap's memory. */
  contains(values: Float32Array): boolean {
    return values.buffer === this.#memory.buffer;
  }

  /**
   * Reserves a block; its content is undefined. `floats` is a whole number ≥ 0. May grow the memory, which
   * detaches earlier views. Throws EngineError `out-of-memory` at the limit.
   */
  allocate(floats: number): Block {
    if (!Number.isSafeInteger(floats) || floats < 0) {
      throw new RangeError(
        `a block of ${floats} floats was asked for; the number must be whole and not negative`,
      );
    }
    const bytes = Math.max(align(floats * 4), ALIGNMENT);
    const span = this.#free.find((candidate) => candidate.bytes >= bytes) ?? this.#grow(bytes);
    const pointer = span.start;
    span.start += bytes;
    span.bytes -= bytes;
    if (span.bytes === 0) this.#free.splice(this.#free.indexOf(span), 1);
    this.#usedBytes += bytes;
    this.#blocks++;
    return new HeapBlock(this, this.#memory, pointer, floats, bytes);
  }

  /** Gives a block back; using or freeing it again throws. */
  free(block: Block): void {
    if (!(block instanceof HeapBlock) || block.heap !== this) {
      throw new TypeError('the block was not allocated from this heap');
    }
    const { pointer: start, bytes } = block;
    block.release();
    this.#usedBytes -= bytes;
    this.#blocks--;
    this.#insert(start, bytes);
  }

  #insert(start: number, bytes: number): Span {
    const next = this.#free.findIndex((span) => span.start > start);
    const at = next < 0 ? this.#free.length : next;
    const before = this.#free[at - 1];
    const after = this.#free[at];
    const touchesAfter = after !== undefined && start + bytes === after.start;
    if (before !== undefined && before.start + before.bytes === start) {
      before.bytes += bytes;
      if (touchesAfter) {
        before.bytes += after.bytes;
        this.#free.splice(at, 1);
      }
      return before;
    }
    if (touchesAfter) {
      after.start = start;
      after.bytes += bytes;
      return after;
    }
    const span = { start, bytes };
    this.#free.splice(at, 0, span);
    return span;
  }

  /** Grows by at least what is missing, and by an eighth so that many small requests detach views rarely. */
  #grow(bytes: number): Span {
    const capacity = this.capacityBytes;
    const last = this.#free.at(-1);
    const tail = last !== undefined && last.start + last.bytes === capacity ? last.bytes : 0;
    const missing = Math.ceil((bytes - tail) / PAGE_BYTES);
    const left = this.#maximumPages - capacity / PAGE_BYTES;
    const pages = Math.min(Math.max(missing, Math.ceil(capacity / PAGE_BYTES / 8)), left);
    try {
      if (missing > left) throw new RangeError('the limit is reached');
      this.#memory.grow(pages);
    } catch (cause) {
      throw new EngineError(
        'out-of-memory',
        `a block of ${mebibytes(bytes)} does not fit: ${mebibytes(this.usedBytes)} are in use in ${this.#blocks} ` +
          `blocks, and the heap may hold ${mebibytes(this.#maximumPages * PAGE_BYTES)}`,
        { hint: 'A smaller batch, image size or network needs less.' },
        { cause },
      );
    }
    this.#generation++;
    return this.#insert(capacity, pages * PAGE_BYTES);
  }
}

class HeapBlock implements Block {
  #view: Float32Array<ArrayBuffer> | undefined;
  #freed = false;

  constructor(
    readonly heap: Heap,
    private readonly memory: WasmMemory<ArrayBuffer>,
    readonly pointer: number,
    readonly length: number,
    readonly bytes: number,
  ) {}

  get generation(): number {
    return this.heap.generation;
  }

  view(): Float32Array<ArrayBuffer> {
    if (this.#freed) throw new Error('the block was freed');
    if (this.#view?.buffer !== this.memory.buffer) {
      this.#view = new Float32Array(this.memory.buffer, this.pointer, this.length);
    }
    return this.#view;
  }

  release(): void {
    if (this.#freed) throw new Error('the block was freed already');
    this.#freed = true;
    this.#view = undefined;
  }
}
