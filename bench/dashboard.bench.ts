import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { type Observable, tap } from 'rxjs';
// First, as the command does: React is several times slower in its development mode.
import '../cli/production.ts';
import { openView } from '../cli/view/index.ts';
import { type Graph, openGraph } from '../runtime/graph/index.ts';
import { loadRegistry } from '../runtime/registry.ts';
import type { RunEvent } from '../runtime/run/events.ts';
import { runGraph } from '../runtime/run/index.ts';
import { writeGan, writeImages } from '../test/graphs/method/files.ts';
import type { Benchmark, BenchOptions } from './main.ts';
import { type Comparison, compare, median, type Timing } from './measure.ts';

const GOAL = 0.02;
/** Milliseconds of pulls in which the functions that draw are still being compiled by Node. */
const WARM_UP = 5000;
/** The unit of Linux' statistics of threads. */
const MILLISECONDS_PER_TICK = 10;
const SIZES = { '80×24': { columns: 80, rows: 24 }, '160×50': { columns: 160, rows: 50 } };

export const benchmark: Benchmark = {
  summary: `what the dashboard costs a run, goal below ${GOAL * 100} %; and how long the main thread is blocked`,
  async *run(options) {
    const folder = mkdtempSync(join(tmpdir(), 'gan2shape-dashboard-'));
    try {
      yield await measured('fitting a network to an image', 'train', await example(), folder, options);
      yield await measured(
        'step 1 of GAN2Shape at fixture size',
        'step1',
        await method(folder),
        folder,
        options,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function example(): Promise<Graph> {
  const registry = await loadRegistry();
  return openGraph('graphs/examples/fit-image.json', { registry, set: ['settings.steps=2000'] });
}

async function method(folder: string): Promise<Graph> {
  await writeGan(join(folder, 'gan.pt'), { size: 64, latent: 32, widths: (side) => (side > 16 ? 8 : 12) });
  await writeImages(folder, { names: ['made-up'], size: 80, latent: 32 });
  const files = { gan: 'gan.pt', images: 'images', latents: 'latents', depths: 'depth' };
  return openGraph(resolve('test/graphs/method/faces.json'), {
    registry: await loadRegistry(),
    set: [
      ...Object.entries(files).map(([name, file]) => `settings.${name}="${join(folder, file)}"`),
      'settings.steps1=1000',
    ],
  });
}

/** A terminal that only counts what it is told. */
class Terminal extends EventEmitter {
  readonly isTTY = true;
  bytes = 0;
  constructor(
    readonly columns: number,
    readonly rows: number,
  ) {
    super();
  }
  write(text: string): boolean {
    this.bytes += Buffer.byteLength(text);
    return true;
  }
  getColorDepth(): number {
    return 24;
  }
}

/** What a run's view did to the thread it lives in. */
interface Cost {
  readonly timing: Timing;
  /** The main thread's share of all processor time, once the first frames are drawn. */
  readonly share: number;
  /** Longest time that the main thread did not answer, in milliseconds, starting included. */
  readonly gap: number;
  readonly bytesPerSecond: number;
}

async function measured(
  title: string,
  node: string,
  graph: Graph,
  folder: string,
  { rounds, threads }: BenchOptions,
): Promise<Comparison> {
  let runs = 0;
  const costs = new Map<string, Cost[]>();
  const contender = (name: string, size?: { readonly columns: number; readonly rows: number }) => ({
    name,
    round: async () => {
      const events = runGraph(graph, {
        folder: join(folder, `${node}-${runs++}`),
        engine: 'onnx:cpu',
        threads,
      });
      const cost = await watch(events, node, size);
      costs.set(name, [...(costs.get(name) ?? []), cost]);
      return cost.timing;
    },
  });
  const sides = [
    contender('nobody watches'),
    ...Object.entries(SIZES).map(([name, size]) => contender(`dashboard at ${name}`, size)),
  ];
  const comparison = await compare(`${title}: a pull`, sides, { rounds });
  const notes = [...costs].map(([name, all]) => {
    const worst = (of: (cost: Cost) => number) => Math.max(...all.map(of));
    const least = (of: (cost: Cost) => number) => Math.min(...all.map(of));
    return (
      `${name}: the main thread takes ${(100 * least(({ share }) => share)).toFixed(1)} % of the processor time, ` +
      `longest gap ${worst(({ gap }) => gap).toFixed(0)} ms, ` +
      `${(worst(({ bytesPerSecond }) => bytesPerSecond) / 1e3).toFixed(1)} kB/s to the terminal`
    );
  });
  return { ...comparison, notes };
}

/** Follows a run to its end, drawn on a terminal of the given size or not at all. */
async function watch(
  events: Observable<RunEvent>,
  node: string,
  size: { readonly columns: number; readonly rows: number } | undefined,
): Promise<Cost> {
  const times: number[] = [];
  let gap = 0;
  const start = performance.now();
  let first: number | undefined;
  let before: Used | undefined;
  const seen = events.pipe(
    tap((event) => {
      if (event.kind === 'pull' && event.node.split('+').includes(node) && event.done > 1) {
        first ??= event.time;
        if (event.time - first >= WARM_UP) before ??= used();
        times.push(event.milliseconds);
      }
      if (event.kind === 'memory') gap = Math.max(gap, event.mainThreadGap ?? 0);
      if (event.kind === 'run-finished' && event.status !== 'completed')
        throw new Error(event.problem?.message);
    }),
  );
  const terminal = new Terminal(size?.columns ?? 0, size?.rows ?? 0);
  if (size) {
    await openView(seen, {
      mode: 'dashboard',
      stdout: terminal as unknown as NodeJS.WriteStream,
      stdin: new EventEmitter() as unknown as NodeJS.ReadStream,
      env: { TERM: 'xterm-256color', COLORTERM: 'truecolor' },
    });
  } else await new Promise<void>((done, fail) => seen.subscribe({ complete: done, error: fail }));
  const seconds = (performance.now() - start) / 1000;
  const after = used();
  return {
    timing: { medianMs: median(times), minMs: median(times) },
    share: (after.mainThread - (before?.mainThread ?? 0)) / (after.all - (before?.all ?? 0)),
    gap,
    bytesPerSecond: terminal.bytes / seconds,
  };
}

/** Processor time so far, in milliseconds. */
interface Used {
  readonly mainThread: number;
  readonly all: number;
}

/** Processor time does not depend on what else the machine does. Linux alone tells it of one thread. */
function used(): Used {
  const { user, system } = process.cpuUsage();
  const stat = readFileSync(`/proc/self/task/${process.pid}/stat`, 'utf8');
  const [utime = 0, stime = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return { mainThread: (utime + stime) * MILLISECONDS_PER_TICK, all: (user + system) / 1000 };
}
