import { beforeAll, describe, expect, it } from 'vitest';
import { planGraph } from '../../runtime/graph/index.ts';
import { Dependencies } from '../../runtime/graph/order.ts';
import type { Registry } from '../../runtime/registry.ts';
import { checkDocument, graphOf, regression, toyRegistry } from './toys.ts';

let registry: Registry;
beforeAll(async () => {
  registry = await toyRegistry();
});

const withMemory = {
  formatVersion: 1,
  nodes: {
    ...regression.nodes,
    twin: { type: 'toy/linear', in: { x: 'data.x' }, weights: 'net' },
    both: { type: 'toy/add', in: { a: 'twin', b: 'memory' } },
    memory: { type: 'toy/replay', in: { x: 'both' } },
    log: { type: 'toy/record', in: { x: 'memory' } },
    unused: { type: 'toy/noise' },
  },
  schedule: [{ pull: 'opt', times: 3, also: [{ pull: 'log', every: 2 }] }, { pull: ['opt', 'memory'] }],
};

describe('a plan', () => {
  const entries = (names: string | string[]) =>
    planGraph(graphOf(registry, withMemory))
      .pull(names)
      .entries.map(({ action, node }) => `${action} ${node.name}`);

  it('evaluates exactly what a node needs, each once, in order', () => {
    expect(entries('opt')).toEqual(['run data', 'run net', 'run error', 'update opt']);
    expect(entries('data')).toEqual(['run data']);
  });

  it('does not write a buffer that is only read', () => {
    expect(entries('log')).toEqual(['read memory', 'write log']);
    expect(entries('both')).toEqual(['read memory', 'run data', 'run twin', 'run both']);
  });

  it('reads a buffer before it writes it, when its writers read it', () => {
    expect(entries('memory')).toEqual(['read memory', 'run data', 'run twin', 'run both', 'write memory']);
  });

  it('shares what several nodes of one pull need', () => {
    const shared = entries(['opt', 'memory']);
    expect(new Set(shared).size).toBe(shared.length);
    expect(shared.filter((entry) => entry.startsWith('update') || entry.startsWith('write'))).toEqual([
      'update opt',
      'write memory',
    ]);
  });

  it('plans the steps of a schedule', () => {
    const graph = graphOf(registry, withMemory);
    const plan = planGraph(graph);
    const [first] = graph.schedule;
    const steps = first && plan.step(first);
    expect(steps?.pull).toBe(plan.pull('opt'));
    expect(steps?.also[0]?.targets).toEqual(['log']);
  });

  it('does not depend on the order of the document', () => {
    const turned = { ...withMemory, nodes: Object.fromEntries(Object.entries(withMemory.nodes).reverse()) };
    const plan = planGraph(graphOf(registry, turned));
    expect(plan.pull(['opt', 'memory']).entries.map(({ action, node }) => `${action} ${node.name}`)).toEqual(
      entries(['opt', 'memory']),
    );
  });

  it('refuses a name that is no node', () => {
    expect(() => entries('nothing')).toThrow(/no node "nothing"/);
  });
});

describe('dependencies', () => {
  it('find a circle in every group, also behind others and named like members of Object', () => {
    const names = ['constructor', 'toString', 'a', 'b', 'c', 'tail', '__proto__'];
    const graph = new Dependencies(names);
    for (const [from, to] of [
      ['constructor', 'toString'],
      ['toString', 'constructor'],
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'a'],
      ['c', 'tail'],
    ] as const) {
      graph.addEdge(from, to);
    }
    expect(graph.order()).toEqual(['__proto__']);
    expect(graph.circles().sort()).toEqual([
      ['a', 'b', 'c', 'a'],
      ['constructor', 'toString', 'constructor'],
    ]);
  });

  it('order a chain that is far longer than the stack', () => {
    const names = Array.from({ length: 100_000 }, (_, i) => `n${i}`);
    const graph = new Dependencies(names);
    for (let i = 1; i < names.length; i++) graph.addEdge(names[i - 1] as string, names[i] as string);
    expect(graph.order()).toEqual(names);
    expect(graph.ancestors(['n99999']).size).toBe(100_000);
    graph.addEdge('n99999', 'n0');
    expect(graph.circles()[0]).toHaveLength(100_001);
  });
});

describe('a graph of 5,000 nodes', () => {
  /** Layers of additions over a batch, a network every hundred nodes, all summed into one loss. */
  function large(count: number) {
    const nodes: { [name: string]: unknown } = { data: { type: 'toy/batch', params: { rows: '$rows' } } };
    for (let i = 0; i < count - 3; i++) {
      const a = i === 0 ? 'data.x' : `n${i - 1}`;
      const b = i < 50 ? 'data.x' : `n${i - 50}`;
      nodes[`n${i}`] =
        i % 100 === 99
          ? { type: 'toy/linear', in: { x: a }, params: { features: 2 } }
          : { type: 'toy/add', in: { a, b } };
    }
    const networks = Object.keys(nodes).filter((name) => /^n\d*99$/.test(name));
    nodes.error = { type: 'toy/square-error', in: { a: `n${count - 4}`, b: 'data.x' } };
    nodes.opt = { type: 'toy/sgd', in: { loss: 'error' }, params: { train: networks } };
    return { formatVersion: 1, settings: { rows: 8 }, nodes, schedule: [{ pull: 'opt', times: 10 }] };
  }

  it('is checked and planned, however deep it is', () => {
    const plan = planGraph(graphOf(registry, JSON.stringify(large(5000), null, 2))).pull('opt');
    expect(plan.entries).toHaveLength(5000);
  });

  it('is refused with every wrong connection named', () => {
    const text = JSON.stringify(large(5000), null, 2).replaceAll(/"n(\d+)"(?=[,\n])/g, '"m$1"');
    const { errors } = checkDocument(registry, text);
    expect(errors.length).toBeGreaterThan(5000);
  });
});
