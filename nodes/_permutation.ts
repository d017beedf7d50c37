/** Which of many permutations: the same numbers give the same one. */
export interface PermutationKey {
  /** A number in [0, 1), such as a random one of the run. */
  readonly salt: number;
  /** Counts the permutations that are made with a salt. */
  readonly round: number;
}

/** The numbers from 0 to below `count` in a random order: sorted by a hash of the key and of each number. */
export function permutation(count: number, { salt, round }: PermutationKey): Int32Array {
  const seed = Math.imul(Math.floor(salt * 2 ** 24) + 1, 0x9e3779b1) ^ Math.imul(round + 1, 0x85ebca6b);
  const keys = Uint32Array.from({ length: count }, (_, i) => hash(hash(seed) ^ Math.imul(i + 1, 0x9e3779b9)));
  const order = Int32Array.from({ length: count }, (_, i) => i);
  return order.sort((a, b) => (keys[a] as number) - (keys[b] as number) || a - b);
}

/** MurmurHash3's finalizer. */
function hash(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The orders of the rounds through a list: each is made once, and the last two are remembered, for a batch may span both. */
export class Rounds {
  private readonly orders = new Map<number, Int32Array>();

  constructor(readonly count: number) {}

  /** The place in the list of the `position`-th entry over all rounds. */
  at(position: number): number {
    return this.order(Math.floor(position / this.count))[position % this.count] as number;
  }

  private order(round: number): Int32Array {
    const order = this.orders.get(round) ?? permutation(this.count, { salt: 0, round });
    this.orders.set(round, order);
    for (const other of this.orders.keys()) if (Math.abs(other - round) > 1) this.orders.delete(other);
    return order;
  }
}
