import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { differenceOf, live, outcomeOf } from '../test/run/crashes.ts';
import type { Benchmark, BenchOptions } from './main.ts';
import type { Comparison } from './measure.ts';

const PULLS = 150;
/** Kills of one run before it may live to its end: so often a run comes to no more than its beginning. */
const KILLS_PER_RUN = 10;

export const benchmark: Benchmark = {
  summary:
    'kills a run at random moments (--count N, 20 by default): every resumed run must end with the same bytes',
  run,
};

/** Throws at the first run that does not end like the one that was left alone. */
async function* run({ count: kills = 20 }: BenchOptions): AsyncIterable<Comparison> {
  const base = mkdtempSync(join(tmpdir(), 'gan2shape-crash-'));
  try {
    const whole = join(base, 'whole');
    let { milliseconds } = await live(whole, PULLS);
    const expected = outcomeOf(whole);
    const start = performance.now();
    let done = 0;
    let runs = 0;
    while (done < kills) {
      const folder = join(base, `run-${runs++}`);
      for (let i = 0; i < KILLS_PER_RUN && done < kills; i++) {
        const life = await live(folder, PULLS, Math.random() * milliseconds * 0.6);
        if (!life.killed) {
          // Done before its end came: the machine has become faster, or little was left to do.
          milliseconds = Math.min(milliseconds, life.milliseconds);
          break;
        }
        done++;
      }
      await live(folder, PULLS);
      const difference = differenceOf(expected, outcomeOf(folder));
      if (difference) throw new Error(`Run ${runs} after ${done} kills: ${difference}.`);
      rmSync(folder, { recursive: true });
      const minutes = (performance.now() - start) / 60_000;
      const left = (minutes / done) * (kills - done);
      console.error(`${done} of ${kills} kills, ${runs} runs the same, ${left.toFixed(0)} min left`);
    }
    const notes = [`${done} kills of ${runs} runs: every run completed, and every final byte is the same`];
    yield { title: 'SIGKILL at random moments', results: [], notes };
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}
