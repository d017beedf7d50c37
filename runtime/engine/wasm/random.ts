import type { Block } from './heap.ts';

/** A place in a sequence of random numbers: nothing else decides what is drawn. */
export interface RandomKey {
  /** Two words of 32 bits, low word first: one sequence per seed. */
  readonly seed: readonly [number, number];
  /** Two more words, such as a node's number and a step: independent sequences under one seed. */
  readonly stream: readonly [number, number];
  /** Number of the first element to draw, up to 2⁵³ - 1. */
  readonly counter: number;
}

/**
 * Fills `out` with uniform numbers in [0, 1), multiples of 2⁻²⁴ (Philox4x32-10; Salmon et al., SC 2011).
 * Drawing n elements and then m from counter + n gives the same bits as drawing n + m.
 */
export function uniform(out: Block, key: RandomKey): void {
  draw('uniform', out, key);
}

/** Fills `out` with standard normal numbers (Box–Muller over Philox4x32-10); counters work as in `uniform`. */
export function normal(out: Block, key: RandomKey): void {
  draw('normal', out, key);
}

function draw(distribution: 'uniform' | 'normal', out: Block, { seed, stream, counter }: RandomKey): void {
  if (!Number.isSafeInteger(counter) || counter < 0 || !Number.isSafeInteger(counter + out.length)) {
    throw new RangeError(`the counter is ${counter}; it must be whole, ≥ 0 and end below 2⁵³`);
  }
  for (const word of [...seed, ...stream]) {
    if (word !== word >>> 0) throw new RangeError(`${word} is not a word of 32 bits`);
  }
  out.view();
  const skip = counter % 4;
  out.heap.kernels[distribution](
    out.pointer,
    out.length,
    BigInt((counter - skip) / 4),
    skip,
    ...stream,
    ...seed,
  );
}
