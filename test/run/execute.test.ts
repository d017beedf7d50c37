import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../runtime/formats/index.ts';
import { graphOf, regression, toyRegistry } from '../graph/toys.ts';
import { recorded } from './outcome.ts';
import { all, of, one, run, temporaryFolder } from './support.ts';

const registry = await toyRegistry();
const base = temporaryFolder();
let count = 0;
const folder = () => join(base, String(count++));

async function weights(path: string): Promise<Record<string, number[]>> {
  const file = await openCheckpoint(join(path, 'checkpoints/000001/tensors.safetensors'));
  const entries = await Promise.all(
    file
      .tensors()
      .map(
        async ({ name }) => [name, Array.from((await file.read(name, { dtype: 'float32' })).data)] as const,
      ),
  );
  file.close();
  return Object.fromEntries(entries);
}

describe('a run', () => {
  it('trains, and tells what happens in order', async () => {
    const path = folder();
    const graph = graphOf(registry, { ...regression, schedule: [{ pull: 'opt', times: 200 }] });
    const events = await all(run(graph, path));
    expect(one(events, 'run-started')).toMatchObject({
      seed: 0,
      items: ['all'],
      pullsPerItem: 200,
      stages: [{ name: '', pulls: [{ node: 'opt', times: 200 }] }],
      engine: { name: 'onnx:cpu', threads: 1 },
    });
    const kinds = events.map(({ kind }) => kind).filter((kind) => kind !== 'pull');
    expect(kinds).toEqual([
      'run-started',
      'item-started',
      'stage-started',
      'compiled',
      'item-finished',
      'checkpoint',
      'run-finished',
    ]);
    const pulls = of(events, 'pull');
    expect(pulls[0]).toMatchObject({ done: 1, times: 200, step: 1, total: 200 });
    expect(pulls.at(-1)).toMatchObject({ done: 200, step: 200 });
    expect(pulls.at(-1)?.values.error).toBeLessThan(1e-6);
    const { 'net/w': w, 'net/b': b, 'opt/net/w/velocity': velocity } = await weights(path);
    expect(w?.map((value) => value.toFixed(4))).toEqual(['2.0000', '2.0000']);
    expect(b?.[0]).toBeCloseTo(0.5, 4);
    expect(velocity).toHaveLength(2);
    const logged = readFileSync(join(path, 'events.jsonl'), 'utf8').trim().split('\n');
    expect(logged.map((line) => JSON.parse(line))).toEqual(events);
    expect(JSON.parse(readFileSync(join(path, 'graph.json'), 'utf8'))).toEqual(graph.document);
  });

  it('draws the same numbers for the same seed, others for another', async () => {
    const graph = graphOf(registry, regression);
    const values = async (seed: number) =>
      of(await all(run(graph, folder(), { seed })), 'pull').at(-1)?.values.error as number;
    const [a, b, c] = [await values(1), await values(1), await values(2)];
    expect(a).toBe(b);
    expect(a).not.toBe(c);
  });

  it('gives an item the same numbers whichever others are run', async () => {
    const graph = graphOf(registry, {
      formatVersion: 1,
      nodes: {
        source: { type: 'toy/items', params: { count: 3 } },
        data: { type: 'toy/batch' },
        net: { type: 'toy/linear', in: { x: 'data.x' } },
        error: { type: 'toy/square-error', in: { a: 'net', b: 'data.y' } },
        opt: { type: 'toy/sgd', in: { loss: 'error' }, params: { train: ['net'] } },
        rec: { type: 'toy/record', in: { x: 'source.image' } },
      },
      schedule: [{ pull: ['opt', 'rec'], times: 4 }],
    });
    const last = (events: Awaited<ReturnType<typeof all>>, item: string) =>
      of(events, 'pull')
        .filter((event) => event.item === item)
        .at(-1)?.values.error;
    const whole = await all(run(graph, folder()));
    const part = await all(run(graph, folder(), { items: ['1..2'] }));
    expect(of(whole, 'item-started').map(({ item, index, count }) => [item, index, count])).toEqual([
      ['item-0', 0, 3],
      ['item-1', 1, 3],
      ['item-2', 2, 3],
    ]);
    expect(one(part, 'run-started').items).toEqual(['item-1', 'item-2']);
    expect(last(part, 'item-2')).toBe(last(whole, 'item-2'));
    expect(last(whole, 'item-1')).not.toBe(last(whole, 'item-2'));
    expect(of(whole, 'metric').map(({ value }) => Number(value.toFixed(3)))).toContain(0.333);
  });

  it('evaluates what several need once, and shares weights', async () => {
    const path = folder();
    const graph = graphOf(registry, {
      formatVersion: 1,
      nodes: {
        data: { type: 'toy/batch', params: { columns: 3, noise: 0 } },
        net: { type: 'toy/linear', in: { x: 'data.x' } },
        twin: { type: 'toy/linear', in: { x: 'data.x' }, weights: 'net' },
        gap: { type: 'toy/square-error', in: { a: 'net', b: 'twin' } },
        error: { type: 'toy/square-error', in: { a: 'net', b: 'data.y' } },
        total: {
          type: 'toy/total',
          in: { losses: { error: 'error', gap: 'gap' } },
          params: { weights: { gap: 3 } },
        },
        opt: { type: 'toy/sgd', in: { loss: 'total' }, params: { train: ['twin'] } },
      },
      schedule: [{ pull: 'opt', times: 5 }],
    });
    const values = of(await all(run(graph, path)), 'pull').at(-1)?.values ?? {};
    expect(values.gap).toBe(0);
    expect(values.total).toBeCloseTo(values.error as number, 6);
    expect(Object.keys(await weights(path)).sort()).toEqual([
      'net/b',
      'net/w',
      'opt/net/b/velocity',
      'opt/net/w/velocity',
    ]);
  });

  it('lets two optimizers use one forward pass', async () => {
    const nodes = {
      data: { type: 'toy/batch', params: { slope: 1, offset: 0 } },
      a: { type: 'toy/linear', in: { x: 'data.x' } },
      b: { type: 'toy/linear', in: { x: 'data.x' } },
      lossA: { type: 'toy/square-error', in: { a: 'a', b: 'data.y' } },
      lossB: { type: 'toy/square-error', in: { a: 'b', b: 'a' } },
      optA: { type: 'toy/sgd', in: { loss: 'lossA' }, params: { train: ['a'] } },
      optB: { type: 'toy/sgd', in: { loss: 'lossB' }, params: { train: ['b'] } },
    };
    const together = folder();
    const tensors = tf.memory().numTensors;
    await all(
      run(
        graphOf(registry, { formatVersion: 1, nodes, schedule: [{ pull: ['optA', 'optB'], times: 1 }] }),
        together,
      ),
    );
    expect(tf.memory().numTensors).toBe(tensors);
    const alone = folder();
    const { optB: _, ...without } = nodes;
    const single = { ...without, b: { ...nodes.b, frozen: true }, lossB: nodes.lossB };
    await all(
      run(
        graphOf(registry, {
          formatVersion: 1,
          nodes: { ...single, optB: nodes.optB, b: nodes.b },
          schedule: [{ pull: 'optA' }, { pull: 'optB' }],
        }),
        alone,
      ),
    );
    const [both, apart] = [await weights(together), await weights(alone)];
    expect(both['a/w']).toEqual(apart['a/w']);
    // in turns, the second sees what the first has changed, and other random numbers
    expect(both['b/w']).not.toEqual(apart['b/w']);
  });

  it('reads a buffer without pulling its writers, and keeps stages apart', async () => {
    const path = folder();
    const graph = graphOf(registry, {
      formatVersion: 1,
      settings: { factor: 1 },
      nodes: {
        host: { type: 'toy/noise' },
        scaled: { type: 'toy/scale', in: { x: 'host' }, params: { factor: '$factor' }, version: 2 },
        kept: { type: 'toy/replay', in: { x: 'scaled' } },
        ratio: { type: 'toy/scale', in: { x: 'kept' }, version: 2 },
        rec: { type: 'toy/record', in: { x: 'ratio' } },
      },
      schedule: [
        { pull: 'kept' },
        { pull: 'rec', times: 2 },
        { stage: 'doubled', settings: { factor: 0 }, steps: [{ pull: 'kept' }, { pull: 'rec' }] },
      ],
    });
    const events = await all(run(graph, path));
    expect(of(events, 'stage-started').map(({ stage, index }) => [stage, index])).toEqual([
      ['', 0],
      ['doubled', 1],
    ]);
    const [first, second, third] = [...recorded(path).values()];
    expect(first).toBe(second);
    expect(Number(first)).not.toBe(0);
    expect(Number(third)).toBe(0);
  });

  it('says what to do when a buffer is read too early', async () => {
    const graph = graphOf(registry, {
      formatVersion: 1,
      nodes: {
        host: { type: 'toy/noise' },
        kept: { type: 'toy/replay', in: { x: 'host' } },
        rec: { type: 'toy/record', in: { x: 'kept' } },
      },
      schedule: [{ pull: 'rec' }],
    });
    const events = await all(run(graph, folder()));
    expect(one(events, 'item-failed').problem).toMatchObject({ code: 'buffer-failed', node: 'kept' });
    expect(one(events, 'run-finished')).toMatchObject({ status: 'failed', failedItems: ['all'] });
  });

  it('stops at a loss that is no number, names the node, and changes nothing', async () => {
    for (const engine of ['onnx:cpu', 'cpu']) {
      const graph = graphOf(registry, {
        ...regression,
        nodes: { ...regression.nodes, error: { ...regression.nodes.error, params: { nanAfter: 5 } } },
      });
      const events = await all(run(graph, folder(), { engine }));
      const finished = one(events, 'run-finished');
      expect(finished.status).toBe('failed');
      expect(finished.problem).toMatchObject({ code: 'non-finite', node: 'error' });
      expect(of(events, 'pull').at(-1)?.step).toBe(5);
    }
  });

  it('gives the same on another engine, and leaves no tensors behind', async () => {
    const last = async (engine: string) => {
      const graph = graphOf(registry, { ...regression, schedule: [{ pull: 'opt', times: 30 }] });
      const events = await all(run(graph, folder(), { engine }));
      return of(events, 'pull').at(-1)?.values.error as number;
    };
    const errors: number[] = [];
    for (const engine of ['onnx:cpu', 'cpu']) {
      errors.push(await last(engine));
      const before = tf.memory().numTensors;
      await last(engine);
      expect(tf.memory().numTensors).toBe(before);
    }
    expect(errors[1]).toBeCloseTo(errors[0] as number, 5);
  });

  it('says so when its thread does not know the node types', async () => {
    const graph = graphOf(registry, regression);
    await expect(all(run(graph, folder(), { place: 'thread' }))).rejects.toMatchObject({
      code: 'bad-option',
    });
  });

  it('keeps weights in shape: a checkpoint file of another network is refused', async () => {
    const path = folder();
    const file = join(base, 'weights.json');
    const graph = (checkpoint: string) =>
      graphOf(registry, {
        ...regression,
        nodes: { ...regression.nodes, net: { ...regression.nodes.net, params: { checkpoint } } },
      });
    const { writeFileSync } = await import('node:fs');
    writeFileSync(
      file,
      JSON.stringify({ w: { shape: [2, 1], data: [2, 2] }, b: { shape: [1], data: [0.5] } }),
    );
    const events = await all(run(graph(file), path));
    expect(of(events, 'pull')[0]?.values.error).toBeLessThan(1e-12);
    writeFileSync(file, JSON.stringify({ w: { shape: [3, 1], data: [2, 2, 2] } }));
    expect(one(await all(run(graph(file), folder())), 'run-finished')).toMatchObject({
      status: 'failed',
      failedItems: ['all'],
    });
    const missing = one(await all(run(graph(join(base, 'none.json')), folder())), 'run-finished');
    expect(missing.problem).toMatchObject({ code: 'checkpoint-unreadable', node: 'net' });
  });
});
