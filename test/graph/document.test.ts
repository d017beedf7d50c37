import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  canonicalJson,
  checkGraph,
  formatDocument,
  InvalidGraph,
  loadDocument,
  loadGraph,
  openGraph,
} from '../../runtime/graph/index.ts';
import { toJson } from '../../runtime/graph/located.ts';
import type { Registry } from '../../runtime/registry.ts';
import { graphOf, regression, toyRegistry } from './toys.ts';

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

  it('suggests the official graph whose name is near', () => {
    writeFileSync(join(folder, 'official.json'), JSON.stringify(regression));
    writeFileSync(join(folder, 'mine.json'), JSON.stringify({ formatVersion: 1, extends: 'offical' }));
    const suggested = (graph: string) =>
      loadGraph(graph, { graphsFolder: folder }).errors.map(({ code, nearest }) => `${code}: ${nearest}`);
    expect(suggested('oficial')).toEqual(['unreadable: official']);
    expect(suggested(join(folder, 'mine.json'))).toEqual(['extends-not-found: official']);
  });

  it('tells what is wrong with overrides also where the graph cannot be read', () => {
    const { errors } = loadGraph(join(folder, 'absent.json'), { set: ['no equals sign'] });
    expect(errors.map(({ code }) => code).sort()).toEqual(['bad-override', 'unreadable']);
  });

  it('refuses an override that meets nothing', () => {
    const document = { ...regression, settings: { rate: 0.5 } };
    const said = (argument: string) =>
      loadDocument(document, { set: [argument] }).errors.map(
        ({ code, message, nearest }) => `${code}: ${message.split(': ')[1]} (${nearest})`,
      );
    expect(said('rate=1')).toEqual(['bad-override: a graph has no part "rate" (settings.rate)']);
    expect(said('node.data.params.rows=1')).toEqual(['bad-override: a graph has no part "node" (nodes)']);
    expect(said('nodes.dat.params.rows=1')).toEqual(['bad-override: there is no node "dat" (data)']);
    expect(said('nodes.more=null')).toEqual(['bad-override: there is no node "more" (undefined)']);
    expect(said('schedule.0.times=1')).toEqual([
      'bad-override: "schedule" is a list, which can only be replaced as a whole (undefined)',
    ]);
    expect(said('nodes={}')).toEqual([
      'bad-override: an object without keys changes nothing; null takes things away (undefined)',
    ]);
    expect(said('nodes.more={"type":"toy/data"}')).toEqual([]);
    expect(said('settings.other=1')).toEqual([]);
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

  it('loads again as a value', () => {
    const { document, hash } = graphOf(registry, regression);
    const { graph } = checkGraph(loadDocument(document, { set: ['title=again'] }), registry);
    expect(graph?.title).toBe('again');
    expect(checkGraph(loadDocument(document), registry).graph?.hash).toBe(hash);
    const wrong = loadDocument({ ...document, extends: './nowhere.json' }, { name: '/tmp/run/graph.json' });
    expect(wrong.errors.map((error) => [error.code, error.file])).toEqual([
      ['extends-not-found', expect.stringMatching(/run\/graph\.json$/)],
    ]);
  });

  it('gives maps sorted by name and lists as written', () => {
    const graph = graphOf(registry, {
      ...regression,
      nodes: {
        ...regression.nodes,
        list: { type: 'toy/concat', in: { parts: ['net', 'data.x', 'net'] } },
        total: { type: 'toy/total', in: { losses: { b: 'error', a: 'error' } } },
      },
    });
    expect(
      graph.nodes
        .get('list')
        ?.inputs.get('parts')
        ?.map((link) => link.from.node),
    ).toEqual(['net', 'data', 'net']);
    expect(
      graph.nodes
        .get('total')
        ?.inputs.get('losses')
        ?.map((link) => link.key),
    ).toEqual(['a', 'b']);
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
    expect(document && toJson(document)).toEqual({ formatVersion: 1, settings: { b: [null] } });
  });

  it('loses inherited settings with the nodes that used them, so that a saved run can be read again', () => {
    const files: Record<string, string> = {
      '/base.json': JSON.stringify({
        ...regression,
        settings: { factor: '$half', half: 0.5, rows: 4 },
        nodes: {
          ...regression.nodes,
          data: { ...regression.nodes.data, params: { rows: '$rows' } },
          spare: { type: 'toy/scale', version: 2, in: { x: 'data.x' }, params: { factor: '$factor' } },
        },
      }),
      '/x.json': '{"extends":"./base.json","formatVersion":1,"nodes":{"spare":null}}',
    };
    const read = (path: string) => files[path] ?? '';
    const { document, hash } = openGraph('/x.json', { registry, read });
    expect(document.settings).toEqual({ rows: 4 });
    const again = checkGraph(loadDocument(document), registry);
    expect(again.errors).toEqual([]);
    expect(again.graph?.hash).toBe(hash);
  });

  it('is written in canonical JSON', () => {
    expect(canonicalJson({ b: [1e21, -0, 0.1], a: 'é"\u2028', '10': null, '9': true })).toBe(
      '{"10":null,"9":true,"a":"é\\"\u2028","b":[1e+21,0,0.1]}',
    );
  });
});
