import { availableParallelism, cpus, loadavg } from 'node:os';

/** What some iterations took, in milliseconds. */
export interface Timing {
  readonly medianMs: number;
  readonly minMs: number;
}

/** One side of a comparison. */
export interface Contender {
  readonly name: string;
  /** Measures a few iterations, warm-up excluded. Called once in every round, in turns with the other sides. */
  round(): Timing | Promise<Timing>;
}

export interface Result extends Timing {
  readonly name: string;
  /** Time of the yardstick (the first contender) over this one's, by minima: above 1 is faster. */
  readonly ratio: number;
}

/** The measurements of one question. */
export interface Comparison {
  readonly title: string;
  readonly results: readonly Result[];
  /** What belongs to the numbers: memory, shapes, what was left out and why. */
  readonly notes: readonly string[];
  /** Lines to print as they are. */
  readonly listing?: readonly string[];
}

/**
 * Measures contenders in turns, so that whatever else the machine does meets all of them. The median of a contender
 * is that of its rounds' medians; ratios compare minima, which a busy machine moves least.
 */
export async function compare(
  title: string,
  contenders: readonly Contender[],
  options: { readonly rounds: number; readonly notes?: readonly string[] },
): Promise<Comparison> {
  const timings = contenders.map((): Timing[] => []);
  for (let round = 0; round < options.rounds; round++) {
    for (const [i, contender] of contenders.entries()) timings[i]?.push(await contender.round());
  }
  const summaries = timings.map((rounds) => ({
    medianMs: median(rounds.map(({ medianMs }) => medianMs)),
    minMs: Math.min(...rounds.map(({ minMs }) => minMs)),
  }));
  const yardstick = summaries[0]?.minMs ?? Number.NaN;
  const results = summaries.map((summary, i) => ({
    name: contenders[i]?.name ?? '',
    ...summary,
    ratio: yardstick / summary.minMs,
  }));
  return { title, results, notes: options.notes ?? [] };
}

/** A contender in this thread. `work` leaves nothing behind; the first round has two iterations to warm up. */
export function contender(name: string, work: () => unknown, iterations: number): Contender {
  let warm = false;
  return {
    name,
    round() {
      for (let i = 0; i < 2 && !warm; i++) work();
      warm = true;
      return timed(work, iterations);
    },
  };
}

export function timed(work: () => unknown, iterations: number): Timing {
  const times = Array.from({ length: iterations }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return { medianMs: median(times), minMs: Math.min(...times) };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The machine in a line, with how busy it was over the last minute. */
export function machine(): string {
  const [minute = 0] = loadavg();
  return `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), Node ${process.versions.node}, load ${minute.toFixed(1)}`;
}
