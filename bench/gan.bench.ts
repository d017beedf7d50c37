import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { lastValueFrom, toArray } from 'rxjs';
import { describeEngines } from '../runtime/engine/index.ts';
import { makeSet } from '../runtime/faces/make-set.ts';
import { openGraph } from '../runtime/graph/index.ts';
import { loadRegistry } from '../runtime/registry.ts';
import { runGraph } from '../runtime/run/index.ts';
import type { Benchmark, BenchOptions } from './main.ts';
import { type Comparison, type Contender, compare, median } from './measure.ts';

export const benchmark: Benchmark = {
  summary:
    'an iteration of graphs/train-gan.json, pictures included; parts: engines, such as onnx:cpu,onnx:torch',
  run,
};

const FACES = 64;
/** Sessions are compiled, pictures decoded and graphs captured in the first ones. */
const WARM_UP = 6;
/** Pulls in a round: engines that are slow enough take less time for fewer. */
const PULLS = { 'onnx:cpu': 4, other: 40 };

async function* run({ only, rounds, threads }: BenchOptions): AsyncIterable<Comparison> {
  const usable = (await describeEngines()).filter(
    (report) => report.usable && report.engine.startsWith('onnx:'),
  );
  const engines = only.length > 0 ? only : ['onnx:cpu', ...usable.map(({ engine }) => engine)];
  const folder = mkdtempSync(join(tmpdir(), 'gan2shape-gan-'));
  try {
    const faces = join(folder, 'faces');
    await makeSet({ folder: faces, count: FACES, size: 64, seed: 1, threads });
    const contenders = [...new Set(engines)].map((engine) => trained(engine, { folder, faces, threads }));
    const notes = usable.map(({ engine, detail }) => `${engine}: ${detail}`);
    yield await compare('GAN training, 64×64, batch 32: one iteration', contenders, { rounds, notes });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function trained(
  engine: string,
  { folder, faces, threads }: { readonly folder: string; readonly faces: string; readonly threads: number },
): Contender {
  let round = 0;
  return {
    name: engine,
    async round() {
      const pulls = WARM_UP + (engine === 'onnx:cpu' ? PULLS['onnx:cpu'] : PULLS.other);
      const graph = openGraph(resolve('graphs/train-gan.json'), {
        registry: await loadRegistry(),
        set: [
          `settings.images=${JSON.stringify(join(faces, 'image'))}`,
          'settings.batch=32',
          `settings.pulls=${pulls}`,
          `settings.sheetEvery=${pulls + 1}`,
          `settings.evaluateEvery=${pulls + 1}`,
        ],
      });
      const events = await lastValueFrom(
        runGraph(graph, {
          engine,
          threads,
          folder: join(folder, `${engine.replace(':', '-')}-${round++}`),
        }).pipe(toArray()),
      );
      const failed = events.find((event) => event.kind === 'run-finished' && event.status !== 'completed');
      if (failed) throw new Error(`The training on ${engine} did not end: ${JSON.stringify(failed)}`);
      const times = events.flatMap((event) =>
        event.kind === 'pull' && event.node.startsWith('trainD') && event.done > WARM_UP
          ? [event.milliseconds]
          : [],
      );
      return { medianMs: median(times), minMs: Math.min(...times) };
    },
  };
}
