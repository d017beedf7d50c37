import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Subject } from 'rxjs';
import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { defineNode, port } from '../../runtime/node.ts';
import { createRegistry } from '../../runtime/registry.ts';
import type { RunCommand, RunEvent } from '../../runtime/run/index.ts';
import { graphOf, regression, toyRegistry } from '../graph/toys.ts';
import { recorded } from './outcome.ts';
import { all, of, one, run, temporaryFolder } from './support.ts';

const registry = await toyRegistry();
const base = temporaryFolder();
let count = 0;
const folder = () => join(base, String(count++));

const recording = (params: object, more: object = {}) =>
  graphOf(registry, {
    formatVersion: 1,
    nodes: {
      host: { type: 'toy/noise' },
      rec: { type: 'toy/record', in: { x: 'host' }, params },
      ...more,
    },
    schedule: [{ pull: 'rec', times: 10 }],
  });

describe('sinks', () => {
  it('may be slow: the run waits only when their queue is full, and nothing is lost', async () => {
    const path = folder();
    const events = await all(run(recording({ delay: 20 }), path));
    expect(recorded(path).size).toBe(10);
    expect([...recorded(path).keys()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(of(events, 'metric')).toHaveLength(10);
    expect(of(events, 'file').at(-1)).toMatchObject({ node: 'rec', path: 'files/all/rec/record.txt' });
  });

  it('never have more than two writes waiting', async () => {
    let waiting = 0;
    let most = 0;
    const slow = defineNode({
      type: 'probe/slow',
      version: 1,
      title: 'Slow',
      description: 'Counts how far the run is ahead.',
      params: Type.Object({}),
      inputs: { x: port('any[...]') },
      outputs: {},
      role: 'sink',
      async write() {
        most = Math.max(most, waiting);
        await new Promise((resolve) => setTimeout(resolve, 5));
        waiting--;
      },
    });
    const source = defineNode({
      type: 'probe/source',
      version: 1,
      title: 'Source',
      description: 'Counts its loads.',
      params: Type.Object({}),
      inputs: {},
      outputs: { x: port('float[1]') },
      role: 'source',
      every: 'pull',
      load() {
        waiting++;
        return { x: { shape: [1], data: Float32Array.of(1) } };
      },
    });
    const own = createRegistry([slow, source].map((definition) => ({ file: 'probe.ts', definition })));
    const graph = graphOf(own, {
      formatVersion: 1,
      nodes: { source: { type: 'probe/source' }, sink: { type: 'probe/slow', in: { x: 'source' } } },
      schedule: [{ pull: 'sink', times: 50 }],
    });
    await all(run(graph, folder()));
    // two that wait or are written, and two loads ahead of the pull that waits
    expect(most).toBeLessThanOrEqual(5);
    expect(most).toBeGreaterThan(1);
  });

  it('that hang do not keep a run from being stopped', async () => {
    const hanging = defineNode({
      type: 'probe/hanging',
      version: 1,
      title: 'Hanging',
      description: 'Never ends.',
      params: Type.Object({}),
      inputs: { x: port('any[...]') },
      outputs: {},
      role: 'sink',
      write: () => new Promise<void>(() => undefined),
    });
    const noise = registry.get('toy/noise');
    if (!noise) throw new Error('no toy/noise');
    const own = createRegistry([hanging, noise].map((definition) => ({ file: 'probe.ts', definition })));
    const graph = graphOf(own, {
      formatVersion: 1,
      nodes: { x: { type: 'toy/noise' }, out: { type: 'probe/hanging', in: { x: 'x' } } },
      schedule: [{ pull: 'out', times: 10 }],
    });
    const commands = new Subject<RunCommand>();
    setTimeout(() => commands.next('stop'), 300);
    const events = await all(run(graph, folder(), { commands }));
    expect(of(events, 'log').at(-1)?.message).toMatch(/still writing/);
    expect(one(events, 'run-finished').status).toBe('interrupted');
  });

  it('may fail: that is reported, and the run goes on', async () => {
    const events = await all(run(recording({ fail: true }), folder()));
    expect(of(events, 'sink-failed')).toHaveLength(10);
    expect(of(events, 'sink-failed')[0]?.problem).toMatchObject({ code: 'sink-failed', node: 'rec' });
    expect(one(events, 'run-finished').status).toBe('completed');
  });

  it('that fail end the run where that was asked for', async () => {
    const graph = recording({ fail: true });
    const events = await all(run(graph, folder(), { failFast: true }));
    expect(one(events, 'run-finished')).toMatchObject({
      status: 'failed',
      problem: { code: 'sink-failed', node: 'rec' },
    });
  });

  it('write nothing outside of the folder of the run', async () => {
    const outside = defineNode({
      type: 'probe/outside',
      version: 1,
      title: 'Outside',
      description: 'Tries to leave the folder.',
      params: Type.Object({ name: Type.String({ description: 'Name of a file' }) }),
      inputs: { x: port('any[...]') },
      outputs: {},
      role: 'sink',
      write: ({ params, context }) => void context.file(params.name),
    });
    const noise = registry.get('toy/noise');
    if (!noise) throw new Error('no toy/noise');
    const own = createRegistry([outside, noise].map((definition) => ({ file: 'probe.ts', definition })));
    for (const name of ['../up.txt', '/tmp/absolute.txt', '..', 'a/../../b.png']) {
      const graph = graphOf(own, {
        formatVersion: 1,
        nodes: { x: { type: 'toy/noise' }, out: { type: 'probe/outside', in: { x: 'x' }, params: { name } } },
        schedule: [{ pull: 'out' }],
      });
      const path = folder();
      const events = await all(run(graph, path));
      expect(of(events, 'sink-failed')[0]?.problem.message).toMatch(/no name of a file/);
      expect(existsSync(join(path, '..', 'up.txt'))).toBe(false);
    }
  });
});

describe('items', () => {
  const failing = graphOf(registry, {
    formatVersion: 1,
    nodes: {
      source: { type: 'toy/items', params: { count: 3, fail: 1 } },
      rec: { type: 'toy/record', in: { x: 'source.image' } },
    },
    schedule: [{ pull: 'rec', times: 2 }],
  });

  it('that fail are reported and listed, and the next go on', async () => {
    const events = await all(run(failing, folder()));
    expect(one(events, 'item-failed')).toMatchObject({
      item: 'item-1',
      problem: { code: 'source-failed', node: 'source' },
    });
    expect(of(events, 'item-finished').map(({ item }) => item)).toEqual(['item-0', 'item-2']);
    expect(one(events, 'run-finished')).toMatchObject({ status: 'completed', failedItems: ['item-1'] });
  });

  it('that fail end the run where that was asked for', async () => {
    const events = await all(run(failing, folder(), { failFast: true }));
    expect(one(events, 'run-finished')).toMatchObject({
      status: 'failed',
      problem: { code: 'source-failed' },
    });
    expect(of(events, 'item-started')).toHaveLength(2);
  });

  it('whose loss is no number fail alone, and change nothing of the next', async () => {
    const withNan = (nan: number) =>
      graphOf(registry, {
        ...regression,
        nodes: {
          ...regression.nodes,
          source: { type: 'toy/items', params: { count: 3, nan } },
          own: { type: 'toy/square-error', in: { a: 'source.image', b: 'source.image' } },
        },
        schedule: [{ pull: ['opt', 'own'], times: 3 }],
      });
    const last = (events: readonly RunEvent[]) =>
      of(events, 'pull').findLast(({ item }) => item === 'item-2')?.values.error;
    const whole = await all(run(withNan(-1), folder()));
    const events = await all(run(withNan(1), folder()));
    expect(one(events, 'item-failed')).toMatchObject({
      item: 'item-1',
      problem: { code: 'non-finite', node: 'own' },
    });
    expect(one(events, 'run-finished')).toMatchObject({ status: 'completed', failedItems: ['item-1'] });
    expect(last(events)).toBe(last(whole));
    expect(last(events)).toBeGreaterThan(0);
  });

  it('that were refused leave the folder to the run that is right', async () => {
    const path = folder();
    const wrong = await all(run(failing, path, { items: ['item-9'] }));
    expect(one(wrong, 'run-finished').problem).toMatchObject({ code: 'unknown-item' });
    const events = await all(run(failing, path, { items: ['item-0'] }));
    expect(one(events, 'run-finished').status).toBe('completed');
    await expect(all(run(failing, path))).rejects.toMatchObject({ code: 'folder-in-use' });
  });

  it('of one name are refused', async () => {
    const list = join(base, 'twice.json');
    writeFileSync(list, JSON.stringify(['a', 'b', 'a']));
    const twice = graphOf(registry, {
      formatVersion: 1,
      nodes: {
        source: { type: 'toy/items', params: { list } },
        rec: { type: 'toy/record', in: { x: 'source.image' } },
      },
      schedule: [{ pull: 'rec' }],
    });
    expect(one(await all(run(twice, folder())), 'run-finished').problem).toMatchObject({
      code: 'source-unreadable',
      node: 'source',
      message: expect.stringMatching(/two items named "a"/),
    });
  });

  it('that do not exist are refused with the nearest name', async () => {
    const events = await all(run(failing, folder(), { items: ['item-9'] }));
    expect(one(events, 'run-finished').problem).toMatchObject({
      code: 'unknown-item',
      message: expect.stringMatching(/did you mean "item-/),
    });
  });
});
