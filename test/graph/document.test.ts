import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Reporter } from '../../runtime/graph/errors.ts';
import {
  canonicalJson,
  formatDocument,
  InvalidGraph,
  loadGraph,
  openGraph,
  paramsIn,
  resolvedDocument,
} from '../../runtime/graph/index.ts';
import { toJson } from '../../runtime/graph/located.ts';
import { migrate } from '../../runtime/graph/migrate.ts';
import { readJson } from '../../runtime/graph/read.ts';
import type { Registry } from '../../runtime/registry.ts';
import { checkDocument, graphOf, regression, toyRegistry } from './toys.ts';

let registry: Registry;
const folder = mkdtempSync(join(tmpdir(), 'gan2shape-graph-'));
beforeAll(async () => {
  registry = await toyRegistry();
});
afterAll(() => rmSync(folder, { recursive: true }));

const variant = {
  formatVersion: 1,
  extends: './base.json',
  nodes: {
    data: { params: { rows: 4 } },
    error: null,
    loss: { type: 'toy/square-error', in: { a: 'net', b: 'data.y' } },
    opt: { in: { loss: 'loss' } },
  },
};

describe('extends', () => {
  it('merges as JSON Merge Patch over chains, overrides last', () => {
    const graph = graphOf(registry, variant, {
      files: {
        'base.json': {
          formatVersion: 1,
          extends: './root.json',
          nodes: { data: { params: { slope: 3, rows: 2 } } },
        },
        'root.json': regression,
      },
      set: ['nodes.data.params.offset=7', 'nodes.opt.params.lr=0.25', 'title=A title'],
    });
    expect([...graph.nodes.keys()].sort()).toEqual(['data', 'loss', 'net', 'opt']);
    expect(graph.nodes.get('data')?.params).toEqual({ rows: 4, columns: 2, slope: 3, offset: 7, noise: 0 });
    expect(graph.nodes.get('opt')?.params.lr).toBe(0.25);
    expect(graph.title).toBe('A title');
    expect(graph.document).not.toHaveProperty('extends');
  });

  it('takes chains of any depth', () => {
    const files: { [name: string]: unknown } = { 'f0.json': regression };
    for (let i = 1; i <= 300; i++)
      files[`f${i}.json`] = {
        formatVersion: 1,
        extends: `./f${i - 1}.json`,
        nodes: { data: { params: { offset: i } } },
      };
    const graph = graphOf(registry, { formatVersion: 1, extends: './f300.json' }, { files });
    expect(graph.nodes.get('data')?.params.offset).toBe(300);
  });

  it('finds official graphs by name', () => {
    writeFileSync(join(folder, 'official.json'), JSON.stringify(regression));
    writeFileSync(join(folder, 'mine.json'), JSON.stringify({ formatVersion: 1, extends: 'official' }));
    expect(openGraph('official', { registry, graphsFolder: folder }).nodes.size).toBe(4);
    expect(openGraph(join(folder, 'mine.json'), { registry, graphsFolder: folder }).nodes.size).toBe(4);
  });

  it('says why a file cannot be read', () => {
    writeFileSync(join(folder, 'latin.json'), Buffer.from([0x22, 0xe9, 0x22]));
    const reason = (file: string) =>
      loadGraph(join(folder, file)).errors.map((error) => `${error.code}: ${error.message}`);
    expect(reason('none.json')).toEqual([expect.stringMatching(/^unreadable: .*there is no such file/)]);
    expect(reason('.')).toEqual([expect.stringMatching(/^unreadable: .*it is a folder/)]);
    expect(reason('latin.json')).toEqual([expect.stringMatching(/^unreadable: .*it is not UTF-8 text/)]);
  });

  it('takes a byte order mark', () => {
    writeFileSync(join(folder, 'bom.json'), `\uFEFF${JSON.stringify(regression)}`);
    expect(openGraph(join(folder, 'bom.json'), { registry }).nodes.size).toBe(4);
  });

  it('throws all errors together where a graph is needed', () => {
    writeFileSync(
      join(folder, 'wrong.json'),
      JSON.stringify({ ...regression, titel: 1, nodes: { a: { type: 'x' } } }),
    );
    expect(() => openGraph(join(folder, 'wrong.json'), { registry })).toThrow(InvalidGraph);
    try {
      openGraph(join(folder, 'wrong.json'), { registry });
    } catch (error) {
      expect((error as InvalidGraph).errors.map((one) => one.code).sort()).toEqual([
        'pulls-unknown',
        'unknown-key',
        'unknown-type',
      ]);
    }
  });
});

describe('a resolved document', () => {
  it('is stable, states versions, and reads back the same', () => {
    const graph = graphOf(registry, variant, { files: { 'base.json': regression } });
    const again = graphOf(registry, formatDocument(graph.document));
    expect(again.document).toEqual(graph.document);
    expect(again.hash).toBe(graph.hash);
    expect(graph.document).toMatchObject({ nodes: { net: { version: 1 } } });
  });

  it('keeps settings and their references', () => {
    const document = {
      ...regression,
      settings: { rate: 0.5 },
      nodes: {
        ...regression.nodes,
        opt: { ...regression.nodes.opt, params: { train: ['net'], lr: '$rate' } },
      },
    };
    const graph = graphOf(registry, document);
    expect(graph.document).toMatchObject({
      settings: { rate: 0.5 },
      nodes: { opt: { params: { lr: '$rate' } } },
    });
    expect(
      graphOf(registry, graph.document, { set: ['settings.rate=0.125'] }).nodes.get('opt')?.params.lr,
    ).toBe(0.125);
  });

  it('has a hash that its values decide, not the order of its keys', () => {
    const turned = {
      schedule: regression.schedule,
      nodes: Object.fromEntries(Object.entries(regression.nodes).reverse()),
      formatVersion: 1,
    };
    const { hash } = graphOf(registry, regression);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(graphOf(registry, turned).hash).toBe(hash);
    expect(graphOf(registry, regression, { set: ['nodes.data.params.rows=9'] }).hash).not.toBe(hash);
  });

  it('drops nulls', () => {
    const { document } = loadGraph('/x.json', {
      read: () => '{"formatVersion":1,"title":null,"settings":{"a":null,"b":[null]}}',
    });
    expect(document && resolvedDocument(document)).toEqual({ formatVersion: 1, settings: { b: [null] } });
  });

  it('is written in canonical JSON', () => {
    expect(canonicalJson({ b: [1e21, -0, 0.1], a: 'é"\u2028', '10': null, '9': true })).toBe(
      '{"10":null,"9":true,"a":"é\\"\u2028","b":[1e+21,0,0.1]}',
    );
  });
});

describe('settings', () => {
  const document = {
    formatVersion: 1,
    settings: {
      rows: '$count',
      count: 5,
      names: ['net'],
      text: '$$5',
      times: 3,
      half: { lr: '$rate' },
      rate: 0.5,
    },
    nodes: {
      ...regression.nodes,
      data: { type: 'toy/batch', title: '$text', params: { rows: '$rows' } },
      opt: { type: 'toy/sgd', in: { loss: 'error' }, params: { train: '$names', lr: '$rate' } },
    },
    schedule: [{ pull: 'opt', times: '$times' }],
  };

  it('keep their type, may refer to each other, and double dollars are texts', () => {
    const graph = graphOf(registry, document, { set: ['settings.half=null'] });
    expect(graph.nodes.get('data')?.params.rows).toBe(5);
    expect(graph.nodes.get('data')?.title).toBe('$5');
    expect(graph.nodes.get('opt')?.trains).toEqual(['net']);
    expect(graph.schedule[0]?.times).toBe(3);
  });

  it('may be unused when a variant replaced the place that used them', () => {
    expect(
      checkDocument(registry, document, { set: ['settings.half=null', 'nodes.data.params.rows=1'] }).errors,
    ).toEqual([]);
  });
});

describe('stages', () => {
  const document = {
    ...regression,
    settings: { rate: 0.5, times: 2 },
    nodes: { ...regression.nodes, opt: { ...regression.nodes.opt, params: { train: ['net'], lr: '$rate' } } },
    schedule: [
      { pull: 'opt', times: '$times' },
      {
        stage: 'outer',
        repeat: 2,
        settings: { rate: 0.25, times: 7 },
        params: { data: { rows: 3 } },
        steps: [
          { pull: 'opt', times: '$times' },
          {
            stage: 'inner',
            params: { data: { slope: 9 } },
            settings: { times: 1 },
            steps: [{ pull: ['opt', 'error'], times: '$times' }],
          },
        ],
      },
    ],
  };

  it('unroll, with their settings and parameters', () => {
    const graph = graphOf(registry, document);
    const data = graph.nodes.get('data');
    const opt = graph.nodes.get('opt');
    const rows = graph.schedule.map((step) => [
      step.stages.map((stage) => `${stage.name} ${stage.repetition + 1}/${stage.repeat}`).join(' '),
      step.pull.join('+'),
      step.times,
      opt && paramsIn(opt, step).lr,
      data && paramsIn(data, step).rows,
      data && paramsIn(data, step).slope,
    ]);
    expect(rows).toEqual([
      ['', 'opt', 2, 0.5, 8, 2],
      ['outer 1/2', 'opt', 7, 0.25, 3, 2],
      ['outer 1/2 inner 1/1', 'opt+error', 1, 0.25, 3, 9],
      ['outer 2/2', 'opt', 7, 0.25, 3, 2],
      ['outer 2/2 inner 1/1', 'opt+error', 1, 0.25, 3, 9],
    ]);
    expect(graph.schedule.map((step) => step.index)).toEqual([0, 1, 2, 3, 4]);
  });

  it('may train other networks', () => {
    const graph = graphOf(registry, {
      ...regression,
      nodes: {
        ...regression.nodes,
        second: { type: 'toy/linear', in: { x: 'net' } },
        error: { type: 'toy/square-error', in: { a: 'second', b: 'data.y' } },
      },
      schedule: [{ pull: 'opt' }, { params: { opt: { train: ['second'] } }, steps: [{ pull: 'opt' }] }],
    });
    expect(graph.nodes.get('opt')?.trains).toEqual(['net']);
    expect(graph.schedule.map((step) => step.trains.get('opt'))).toEqual([undefined, ['second']]);
  });
});

describe('weights', () => {
  it('are filled by a checkpoint, shared, and thawed by the graph', () => {
    const graph = graphOf(registry, {
      formatVersion: 1,
      nodes: {
        data: { type: 'toy/batch' },
        net: { type: 'toy/projection', frozen: false, in: { x: 'data.x' }, params: { features: 1 } },
        twin: { type: 'toy/projection', weights: 'net', in: { x: 'data.x' }, params: { features: 1 } },
        filled: { type: 'toy/linear', in: { x: 'data.x' }, params: { checkpoint: 'w.json' } },
        sum: { type: 'toy/add', in: { a: 'twin', b: 'filled' } },
        error: { type: 'toy/square-error', in: { a: 'sum', b: 'data.y' } },
        opt: { type: 'toy/sgd', in: { loss: 'error' }, params: { train: ['twin'] } },
      },
      schedule: [{ pull: 'opt' }],
    });
    expect(graph.nodes.get('twin')).toMatchObject({ weights: 'net', frozen: false });
    expect(graph.nodes.get('opt')?.trains).toEqual(['net']);
  });
});

describe('versions', () => {
  it('of nodes are migrated', () => {
    const graph = graphOf(registry, {
      ...regression,
      nodes: {
        ...regression.nodes,
        s: { type: 'toy/scale', version: 1, in: { x: 'net' }, params: { by: 3 } },
      },
    });
    expect(graph.nodes.get('s')?.params).toEqual({ factor: 3, mode: 'multiply' });
    expect(graph.document).toMatchObject({ nodes: { s: { version: 1, params: { by: 3 } } } });
  });

  it('of the format are migrated file by file', () => {
    const report = new Reporter();
    const read = readJson({ name: 'old.json', text: '{ "formatVersion": 1, "graph": {} }' }, report);
    const migrations = {
      1: (document: NonNullable<typeof read>) =>
        document.kind === 'object'
          ? {
              ...document,
              entries: new Map(
                [...document.entries].map(([key, entry]) => [key === 'graph' ? 'nodes' : key, entry]),
              ),
            }
          : document,
    };
    const migrated = read && migrate(read, report, { migrations, target: 2 });
    expect(migrated && toJson(migrated)).toEqual({ formatVersion: 2, nodes: {} });
    expect(report.errors).toEqual([]);
  });
});
