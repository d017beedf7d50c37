import { Heap } from '../engine/wasm/heap.ts';
import { normal, uniform } from '../engine/wasm/random.ts';
import type { Spread, Values } from './parameters.ts';

/** Numbers that are drawn at a time. */
const BLOCK = 64;
/** Draws of a parameter that fall outside of its range before the nearest end is taken. */
const TRIES = 8;

let heap: Heap | undefined;

/** The random numbers of one face: they depend on the seed, the face's index and the order of calls, on nothing else. */
export class FaceRandom {
  private readonly draws: Record<'normal' | 'uniform', { values: Float32Array; used: number; next: number }>;

  constructor(
    private readonly seed: number,
    private readonly index: number,
  ) {
    const none = () => ({ values: new Float32Array(0), used: 0, next: 0 });
    this.draws = { normal: none(), uniform: none() };
  }

  /** Mean 0, deviation 1. */
  normal(): number {
    return this.draw('normal');
  }

  /** In [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * this.draw('uniform');
  }

  /** One of the names, each as often as its share says. */
  choice<Name extends string>(shares: Readonly<Record<Name, number>>): Name {
    const entries = Object.entries(shares) as [Name, number][];
    let rest = this.uniform();
    for (const [name, share] of entries) {
      rest -= share;
      if (rest < 0) return name;
    }
    return (entries.at(-1) as [Name, number])[0];
  }

  /** Values for a table of parameters, rounded to six decimals so that they survive being written down. */
  values<Table extends Readonly<Record<string, Spread>>>(table: Table): Values<Table> {
    const drawn = Object.entries(table).map(([name, spread]) => [name, this.parameter(spread)]);
    return Object.fromEntries(drawn) as Values<Table>;
  }

  private parameter({ mean, deviation, min, max }: Spread): number {
    // a range whose end lies beyond the mean (a beard that most do not have) takes that end at once
    let value = mean + deviation * this.normal();
    if (mean > min && mean < max) {
      for (let i = 1; i < TRIES && (value < min || value > max); i++)
        value = mean + deviation * this.normal();
    }
    return rounded(Math.min(Math.max(value, min), max));
  }

  private draw(distribution: 'normal' | 'uniform'): number {
    const state = this.draws[distribution];
    if (state.used === state.values.length) {
      heap ??= new Heap();
      const block = heap.allocate(BLOCK);
      const { seed } = this;
      (distribution === 'normal' ? normal : uniform)(block, {
        seed: [seed >>> 0, Math.floor(seed / 2 ** 32)],
        stream: [distribution === 'normal' ? 0xface : 0xfacf, this.index],
        counter: state.next,
      });
      state.values = block.view().slice();
      state.next += BLOCK;
      state.used = 0;
      heap.free(block);
    }
    return state.values[state.used++] as number;
  }
}

export function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
