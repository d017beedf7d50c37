import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { lastValueFrom, tap } from 'rxjs';
import { compile, supplied } from '../runtime/engine/index.ts';
import { checkGraph, type Graph, loadGraph, planGraph } from '../runtime/graph/index.ts';
import type { Registry } from '../runtime/registry.ts';
import { runGraph } from '../runtime/run/index.ts';
import { graphOf, toyRegistry } from '../test/graph/toys.ts';
import type { Benchmark, BenchOptions } from './main.ts';
import { type Comparison, compare, contender, median } from './measure.ts';

export const benchmark: Benchmark = {
  summary:
    'what the runtime itself costs: a pull apart from the engine, and checks and plans from 10 to 10,000 nodes',
  run,
};

const SIZES = [10, 100, 1_000, 10_000];
const PULLS = 2_000;

async function* run(options: BenchOptions): AsyncIterable<Comparison> {
  const registry = await toyRegistry();
  for (const size of SIZES) yield await checking(registry, size, options);
  for (const size of [10, 100, 1_000]) yield await pulling(registry, size, options);
}

/** A chain of operations behind a batch, and an optimizer at its end. */
function chain(length: number) {
  const nodes: Record<string, object> = {
    data: { type: 'toy/batch', params: { rows: 1, columns: 1 } },
    net: { type: 'toy/linear', in: { x: 'data.x' } },
  };
  let last = 'net';
  for (let i = 4; i < length; i++) {
    nodes[`n${i}`] = { type: 'toy/scale', version: 2, in: { x: last }, params: { factor: 1 } };
    last = `n${i}`;
  }
  nodes.error = { type: 'toy/square-error', in: { a: last, b: 'data.y' } };
  nodes.opt = { type: 'toy/sgd', in: { loss: 'error' }, params: { train: ['net'] } };
  return { formatVersion: 1, nodes, schedule: [{ pull: 'opt', times: PULLS }] };
}

function checking(registry: Registry, size: number, { rounds }: BenchOptions): Promise<Comparison> {
  const text = JSON.stringify(chain(size), null, 2);
  const load = () => checkGraph(loadGraph('/bench.json', { read: () => text }), registry);
  const { graph } = load();
  const iterations = size > 1_000 ? 2 : 10;
  const contenders = [
    contender('reading and checking', load, iterations),
    contender('planning', () => planGraph(graph as Graph).pull('opt'), iterations),
  ];
  return compare(`${size} nodes`, contenders, { rounds });
}

/** A pull of a run, and the same computation compiled by hand and called in a loop. */
async function pulling(
  registry: Registry,
  size: number,
  { rounds, threads }: BenchOptions,
): Promise<Comparison> {
  const base = mkdtempSync(join(tmpdir(), 'gan2shape-overhead-'));
  const graph = graphOf(registry, chain(size));
  let count = 0;
  const pulls = async () => {
    const times: number[] = [];
    const options = {
      folder: join(base, String(count++)),
      engine: 'onnx:cpu',
      threads,
      place: 'here',
    } as const;
    const events = runGraph(graph, options).pipe(
      tap((event) => event.kind === 'pull' && event.done > 1 && times.push(event.milliseconds)),
    );
    await lastValueFrom(events);
    return { medianMs: median(times), minMs: Math.min(...times) };
  };
  try {
    await pulls();
    return await compare(
      `A pull of ${size} nodes`,
      [
        { name: 'engine alone', round: async () => byHand(size) },
        { name: 'pull of a run', round: pulls },
      ],
      { rounds, notes: ['The difference is what the runtime itself costs.'] },
    );
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

function byHand(size: number) {
  const w = tf.variable(tf.scalar(0.1), true);
  const step = compile(() => {
    const x = supplied('x', [1, 1], (out) => out.fill(0.5));
    let loss: tf.Scalar | undefined;
    const { grads } = tf.variableGrads(() => {
      let y = tf.mul(x, w);
      for (let i = 4; i < size; i++) y = tf.mul(y, 1);
      loss = tf.keep(tf.mean(tf.squaredDifference(y, x)) as tf.Scalar);
      return loss;
    }, [w]);
    w.assign(tf.sub(w, tf.mul(grads[w.name] as tf.Tensor, 0.1)));
    return loss as tf.Scalar;
  });
  const result = contender('engine', () => tf.dispose(step() as tf.Tensor), 500).round();
  step.dispose();
  w.dispose();
  return result;
}
