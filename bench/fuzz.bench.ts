import { fuzz } from '../test/hostile/fuzz.ts';
import type { Benchmark } from './main.ts';

const BATCH = 10_000;

/** How fast the readers of checkpoints refuse or read mutated files, and that nothing else happens. */
export const benchmark: Benchmark = {
  summary: 'mutated checkpoints: throughput, no crash, no hang; --count N (100,000)',
  async *run({ count: inputs = 100_000, seed }) {
    const codes = new Map<string, number>();
    let [accepted, slowestMs] = [0, 0];
    const start = performance.now();
    for (let done = 0; done < inputs; done += BATCH) {
      const report = await fuzz({ inputs: Math.min(BATCH, inputs - done), seed: seed + done });
      for (const [code, count] of report.codes) codes.set(code, (codes.get(code) ?? 0) + count);
      accepted += report.accepted;
      slowestMs = Math.max(slowestMs, report.slowestMs);
    }
    const seconds = (performance.now() - start) / 1000;
    const byCount = [...codes].sort(([, a], [, b]) => b - a).map(([code, count]) => `${code} ${count}`);
    yield {
      title: `${inputs} mutated checkpoints, seed ${seed}`,
      results: [],
      notes: [
        `${Math.round(inputs / seconds)} inputs a second, ${seconds.toFixed(1)} s; slowest input ${slowestMs.toFixed(1)} ms`,
        `${accepted} read to the end; the others refused with a CheckpointError: ${byCount.join(', ')}`,
        `peak memory of the process ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`,
      ],
    };
  },
};
