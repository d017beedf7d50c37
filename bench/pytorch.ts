import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Contender, Timing } from './measure.ts';

const run = promisify(execFile);

export interface PyTorchOptions {
  readonly python: string;
  readonly threads: number;
  readonly batch: number;
  readonly warmup: number;
  readonly iterations: number;
  /** Of steps.py: the official configuration, and the step of the method. */
  readonly configuration?: string;
  readonly step?: string;
}

/** A script of bench/pytorch as a contender: one process a round. `field` is the measurement to take from its line. */
export function pytorch(name: string, script: string, field: string, options: PyTorchOptions): Contender {
  const { python, ...settings } = options;
  const file = fileURLToPath(new URL(`./pytorch/${script}.py`, import.meta.url));
  const flags = Object.entries(settings).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  return {
    name,
    async round(): Promise<Timing> {
      const { stdout } = await run(python, [file, ...flags]);
      const line = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Record<
        string,
        { median_ms: number; min_ms: number }
      >;
      const found = line[field];
      if (!found) throw new Error(`${script}.py did not report ${field}: ${stdout}`);
      return { medianMs: found.median_ms, minMs: found.min_ms };
    },
  };
}
