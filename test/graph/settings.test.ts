import { beforeAll, describe, expect, it } from 'vitest';
import { Reporter } from '../../runtime/graph/errors.ts';
import { paramsIn } from '../../runtime/graph/index.ts';
import { toJson } from '../../runtime/graph/located.ts';
import { migrate } from '../../runtime/graph/migrate.ts';
import { readJson } from '../../runtime/graph/read.ts';
import type { Registry } from '../../runtime/registry.ts';
import { checkDocument, graphOf, regression, toyRegistry } from './toys.ts';

let registry: Registry;
beforeAll(async () => {
  registry = await toyRegistry();
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

  it('and pulls of no times are left out', () => {
    const steps = [
      { pull: 'opt', times: '$rounds' },
      { repeat: '$rounds', steps: [{ pull: 'error' }] },
    ];
    const given = { ...regression, settings: { rounds: 0 }, schedule: [...steps, { pull: 'opt', times: 3 }] };
    expect(graphOf(registry, given).schedule.map(({ pull, times, index }) => [pull, times, index])).toEqual([
      [['opt'], 3, 0],
    ]);
    const { errors } = checkDocument(registry, { ...given, schedule: steps });
    expect(errors.map(({ code }) => code)).toEqual(['empty-schedule']);
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
