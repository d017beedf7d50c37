// npm run bench -- NAME [--write] [--rounds N] [--threads N] [--only PART,...] [--pytorch] [--python PATH] [--count N] [--seed N]
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type Comparison, machine } from './measure.ts';
import { formatComparison, writeResults } from './table.ts';

export interface BenchOptions {
  readonly rounds: number;
  readonly threads: number;
  /** Parts to run; all when empty. */
  readonly only: readonly string[];
  /** The Python with PyTorch to compare with, or undefined. */
  readonly python: string | undefined;
  /** How often a benchmark that counts does what it does, if asked for: inputs, kills. */
  readonly count: number | undefined;
  readonly seed: number;
}

/** What a file `bench/NAME.bench.ts` exports as `benchmark`. */
export interface Benchmark {
  /** One line for `--list`. */
  readonly summary: string;
  /** Yields each comparison as soon as it is measured. */
  run(options: BenchOptions): AsyncIterable<Comparison>;
}

const SUFFIX = '.bench.ts';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      list: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      pytorch: { type: 'boolean', default: false },
      python: { type: 'string', default: 'python3' },
      rounds: { type: 'string', default: '3' },
      threads: { type: 'string', default: String(availableParallelism()) },
      only: { type: 'string', default: '' },
      count: { type: 'string' },
      seed: { type: 'string', default: '1' },
    },
  });
  const names = readdirSync(new URL('.', import.meta.url))
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length));
  if (values.list) {
    for (const name of names) console.log(`${name.padEnd(12)} ${(await load(name)).summary}`);
    return;
  }
  const [name = ''] = positionals;
  if (!names.includes(name)) {
    throw new Error(`There is no benchmark ${JSON.stringify(name)}. Benchmarks: ${names.join(', ')}.`);
  }
  const options: BenchOptions = {
    rounds: positive('rounds', values.rounds),
    threads: positive('threads', values.threads),
    only: values.only.split(',').filter(Boolean),
    python: values.pytorch ? values.python : undefined,
    count: values.count === undefined ? undefined : positive('count', values.count),
    seed: positive('seed', values.seed),
  };
  const before = machine();
  console.log(`${before}\n`);
  const comparisons: Comparison[] = [];
  for await (const comparison of (await load(name)).run(options)) {
    comparisons.push(comparison);
    console.log(formatComparison(comparison));
  }
  if (values.write)
    console.log(
      `written: ${writeResults([name, ...options.only].join('-'), `${before} at the start`, comparisons)}`,
    );
}

async function load(name: string): Promise<Benchmark> {
  return ((await import(`./${name}${SUFFIX}`)) as { benchmark: Benchmark }).benchmark;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`--${name} is ${text}; expected a whole number from 1.`);
}

try {
  await main();
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exitCode = 1;
}
