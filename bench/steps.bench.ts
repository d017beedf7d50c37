import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { lpips } from '../nodes/loss/lpips.ts';
import { formatStepReport, type StepReport, useEngine } from '../runtime/engine/index.ts';
import { writeTorch } from '../runtime/formats/index.ts';
import { type Graph, openGraph, type ScheduleStep } from '../runtime/graph/index.ts';
import { stateDict } from '../runtime/nn/state-dict.ts';
import { officialWidths } from '../runtime/nn/stylegan2-widths.ts';
import { loadRegistry } from '../runtime/registry.ts';
import type { NodeShare } from '../runtime/run/profiling.ts';
import { Pulls } from '../runtime/run/pulls.ts';
import { writeGan, writeImages } from '../test/graphs/method/files.ts';
import { randomWeights } from '../test/nn/random-weights.ts';
import type { Benchmark, BenchOptions } from './main.ts';
import { type Comparison, type Contender, compare, median } from './measure.ts';
import { pytorch } from './pytorch.ts';

/** Official configurations that are measured: both have a GAN of 128×128 images, config-e. */
const CONFIGURATIONS = ['synface', 'celeba'];
const STEPS = ['step1', 'step2', 'step3'];
/** Iterations in a round; a round of step 2 takes longest. */
const ITERATIONS: { readonly [step: string]: number } = { step1: 10, step2: 1, step3: 3 };
const BATCH = 16;
/** Nodes in the listing of where time goes. */
const ROWS = 12;

/** Weights and images of the official sizes, made up. */
async function writeFiles(folder: string): Promise<void> {
  const latent = 512;
  await writeGan(join(folder, 'gan.pt'), { size: 128, latent, widths: officialWidths({ multiplier: 1 }) });
  await writeTorch(join(folder, 'lpips.pt'), stateDict(randomWeights(lpips, 4)));
  await writeImages(folder, { names: ['made-up'], size: 256, latent });
}

async function graphOf(name: string, folder: string): Promise<Graph> {
  const files = {
    gan: 'gan.pt',
    vgg: 'lpips.pt',
    images: 'images',
    latents: 'latents',
    ...(name === 'synface' && { depths: 'depth' }),
  };
  const empty = ['list', 'lpips', 'pretrained', 'viewPrior', 'lightPrior'];
  return openGraph(resolve(`graphs/${name}.json`), {
    registry: await loadRegistry(),
    set: [
      ...Object.entries(files).map(([setting, file]) => `settings.${setting}="${join(folder, file)}"`),
      ...empty.map((setting) => `settings.${setting}=""`),
      // The standard distribution would turn the object away.
      'nodes.viewPrior.params.deviation=0.2',
      'nodes.lightPrior.params.deviation=0.2',
    ],
  });
}

/** The first entry of the schedule that pulls a node. */
function entryOf(graph: Graph, node: string): ScheduleStep {
  const found = graph.schedule.find(({ pull }) => pull[0] === node);
  if (!found) throw new Error(`${graph.file} has no entry that pulls ${node}`);
  return found;
}

/** The steps of a graph, to be iterated in their order. */
class Steps {
  readonly reports = new Map<string, StepReport>();
  readonly shares = new Map<string, readonly NodeShare[]>();
  private readonly pulls: Pulls;
  private evaluations = 0;

  private constructor(
    private readonly graph: Graph,
    folder: string,
    profileAtOnce: boolean,
  ) {
    this.pulls = new Pulls({
      graph,
      seed: 0,
      resolve: (path) => resolve(folder, path),
      onCompiled: (report) => this.reports.set(report.name, report),
      onProfiled: (pull, nodes) => this.shares.set(pull, nodes),
      profileAtOnce,
    });
  }

  static async open(
    graph: Graph,
    folder: string,
    { profile }: { readonly profile: boolean },
  ): Promise<Steps> {
    const steps = new Steps(graph, folder, profile);
    await steps.pulls.sources.list();
    steps.pulls.sources.goThrough([ITEM]);
    await steps.pulls.loadNetworks();
    return steps;
  }

  /** Pulls what a node needs from earlier steps, and then the node for the first time. */
  async begin(node: string): Promise<void> {
    if (node === 'step1') await this.pull('ganImage');
    if (node === 'step3') await this.pull('samples');
    this.pulls.beginEntry(entryOf(this.graph, node));
    await this.pull(node);
  }

  async pull(node: string): Promise<void> {
    const step = entryOf(this.graph, node);
    const position = { item: ITEM, place: 0, evaluations: this.evaluations++ };
    await this.pulls.pull(this.pulls.plan.pull(step.pull), step, position);
  }

  dispose(): void {
    this.pulls.dispose();
  }
}

const ITEM = { index: 0, name: 'made-up' };

async function* configuration(
  name: string,
  folder: string,
  { rounds, threads, python }: Pick<BenchOptions, 'rounds' | 'threads' | 'python'>,
): AsyncIterable<Comparison> {
  const graph = await graphOf(name, folder);
  const timed = await Steps.open(graph, folder, { profile: false });
  for (const node of STEPS) {
    const iterations = ITERATIONS[node] ?? 1;
    const reference = {
      python,
      threads,
      batch: BATCH,
      warmup: 1,
      iterations,
      configuration: name,
      step: node,
    };
    await timed.begin(node);
    const comparison = await compare(
      `${name}, ${node}: one iteration`,
      [
        ...(python ? [pytorch('PyTorch', 'steps', node, { ...reference, python })] : []),
        pulls(timed, node, iterations),
      ],
      { rounds },
    );
    const report = timed.reports.get(entryOf(graph, node).pull.join('+'));
    const memory = [process.memoryUsage.rss() / 1e6, process.resourceUsage().maxRSS / 1e3];
    yield {
      ...comparison,
      notes: [
        ...(report ? [formatStepReport(report)] : []),
        `resident memory ${memory[0]?.toFixed(0)} MB, ${memory[1]?.toFixed(0)} MB at most, earlier steps included`,
      ],
    };
  }
  timed.dispose();
  const profiled = await Steps.open(graph, folder, { profile: true });
  for (const node of STEPS) {
    await profiled.begin(node);
    const shares = profiled.shares.get(entryOf(graph, node).pull.join('+')) ?? [];
    yield {
      title: `${name}, ${node}: where an iteration's time goes`,
      results: [],
      notes: [],
      listing: shares.slice(0, ROWS).map(line),
    };
  }
  profiled.dispose();
}

/** The engine's iterations of a step. */
function pulls(steps: Steps, node: string, iterations: number): Contender {
  return {
    name: 'engine',
    async round() {
      const times: number[] = [];
      for (let i = 0; i < iterations; i++) {
        const start = performance.now();
        await steps.pull(node);
        times.push(performance.now() - start);
      }
      return { medianMs: median(times), minMs: Math.min(...times) };
    },
  };
}

function line({ node, milliseconds, bytes }: NodeShare): string {
  return `${milliseconds.toFixed(1).padStart(9)} ms ${(bytes / 1e6).toFixed(1).padStart(8)} MB  ${node}`;
}

/** Iterations of the method at the sizes of official configurations, with made-up weights. */
export const benchmark: Benchmark = {
  summary: `iterations of steps 1, 2 and 3; parts: ${CONFIGURATIONS.join(', ')}; --pytorch compares`,
  async *run({ rounds, threads, only, python }) {
    const unknown = only.find((name) => !CONFIGURATIONS.includes(name));
    if (unknown) throw new Error(`steps has no part ${unknown}. Parts: ${CONFIGURATIONS.join(', ')}.`);
    await useEngine('onnx:cpu', { threads });
    const folder = mkdtempSync(join(tmpdir(), 'gan2shape-steps-'));
    try {
      await writeFiles(folder);
      for (const name of CONFIGURATIONS) {
        if (only.length === 0 || only.includes(name))
          yield* configuration(name, folder, { rounds, threads, python });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};
