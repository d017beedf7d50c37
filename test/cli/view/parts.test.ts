import { describe, expect, it } from 'vitest';
import { pulledNodes } from '../../../cli/view/ancestors.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatPercent,
  formatSpeed,
  formatValue,
} from '../../../cli/view/format.ts';
import { gridFor, layoutFor } from '../../../cli/view/layout.ts';
import { cellsFor } from '../../../cli/view/load-picture.ts';
import { drawPicture } from '../../../cli/view/picture.ts';
import { bar, chart, sparkline } from '../../../cli/view/plot.ts';
import { progressOf, quietPull } from '../../../cli/view/progress.ts';
import { clip, pad, spread } from '../../../cli/view/row.ts';
import { EMPTY_VIEW } from '../../../cli/view/run-view.ts';
import { append, emptySeries, MAX_POINTS, plotted } from '../../../cli/view/series.ts';
import { runView } from '../../../cli/view/state.ts';
import { colourDepth } from '../../../cli/view/style.ts';
import { treeOf } from '../../../cli/view/tree.ts';
import { clean, column, cut, widthOf } from '../../../cli/view/width.ts';
import type { RunEvent } from '../../../runtime/run/events.ts';
import { fixtureEvents } from './fixture.ts';

describe('a series', () => {
  it('keeps the whole history in bounded points, last and best', () => {
    let series = emptySeries({ better: 'lower' });
    for (let i = 0; i < 10_000; i++) series = append(series, 10_000 - i);
    expect(series.points.length).toBeLessThanOrEqual(MAX_POINTS);
    expect(series.last).toBe(1);
    expect(series.best).toBe(1);
    const points = plotted(series);
    expect(points[0]).toBeCloseTo(10_000 - (series.stride - 1) / 2, 6);
    for (let i = 1; i < points.length; i++) expect(points[i]).toBeLessThan(points[i - 1] as number);
  });
  it('knows that more can be better', () => {
    expect(append(append(emptySeries({ better: 'higher' }), 2), 1).best).toBe(2);
  });
});

describe('formats', () => {
  it('writes figures with units', () => {
    expect([0, 999, 2_140_000_000, 999_999, Number.NaN].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '2.14 GB',
      '1.00 MB',
      '–',
    ]);
    expect([7_000, 724_000, 3_723_000, 400_000_000, Number.NaN].map(formatDuration)).toEqual([
      '0:07',
      '12:04',
      '1:02:03',
      '4 d 15 h',
      '–',
    ]);
    expect([80, 3200, 0, undefined].map(formatSpeed)).toEqual(['12.5 pulls/s', '3.20 s/pull', '–', '–']);
    expect(
      [0.12344, 12.346, 1.234e-5, 0, 123456, Number.NaN, Number.NEGATIVE_INFINITY].map(formatValue),
    ).toEqual(['0.1234', '12.35', '1.23e-5', '0', '1.23e5', 'NaN', '-inf']);
    expect([0, 0.999, 1, Number.NaN].map(formatPercent)).toEqual(['0 %', '99 %', '100 %', '– %']);
    expect(formatCount(1234567)).toBe('1 234 567');
  });
});

describe('rows', () => {
  it('counts columns, not characters', () => {
    expect(widthOf('顔-0002')).toBe(7);
    expect(widthOf('\u001b[31mred\u001b[39m')).toBe(3);
    expect(widthOf('e\u0301')).toBe(1);
    expect(widthOf('👩‍🚀')).toBe(2);
    expect(cut('顔顔顔', 4)).toBe('顔…');
    expect(cut('a/long/path', 6, { keep: 'end' })).toBe('…/path');
    expect(widthOf(column('顔顔顔', 4))).toBe(4);
  });
  it('cuts coloured text and closes its colours', () => {
    expect(clip('\u001b[31mabcdef\u001b[39m', 4)).toBe('\u001b[31mabc…\u001b[39m');
    expect(widthOf(pad('\u001b[31mab\u001b[39m', 6))).toBe(6);
    expect(spread('left side', 'right', 12)).toBe('left … right');
    expect(spread('left side', 'right', 3)).toBe('ri…');
  });
  it('lets no control characters through', () => {
    expect(clean('a\u001b[2Jb\nc\u0007')).toBe('a b c ');
  });
});

describe('plots', () => {
  it('draws a falling curve from high to low', () => {
    expect(sparkline([8, 7, 6, 5, 4, 3, 2, 1], 8)).toBe('█▇▆▅▄▃▂▁');
    expect(sparkline([1, 1, 1], 8)).toBe('▄▄▄');
    expect(sparkline([], 8)).toBe('');
    expect(sparkline([Number.NaN, 1, 2], 8)).toBe('▁█');
    expect(
      sparkline(
        Array.from({ length: 1000 }, (_, i) => i),
        10,
      ),
    ).toHaveLength(10);
  });
  it('uses a logarithmic scale for what spans more than a factor of ten', () => {
    expect(sparkline([100, 10, 1], 3)).toBe('█▅▁');
    expect(chart([100, 10, 1], { width: 4, height: 3 }).logarithmic).toBe(true);
    expect(chart([3, 2, 1], { width: 4, height: 3 })).toMatchObject({ logarithmic: false, low: 1, high: 3 });
    expect(chart([1, 2, 3], { width: 4, height: 3 }).rows.map((row) => row.length)).toEqual([4, 4, 4]);
  });
  it('fills a bar to its share', () => {
    expect(bar(0.5, 10)).toEqual({ filled: '━━━━━', empty: '─────' });
    expect(bar(0.25, 10)).toEqual({ filled: '━━╸', empty: '───────' });
    expect(bar(2, 3)).toEqual({ filled: '━━━', empty: '' });
  });
});

describe('pictures', () => {
  const pixels = (rows: number[][]) => {
    const data = Uint8Array.from(rows.flat().flatMap((tone) => [tone, tone, tone]));
    return { data, width: rows[0]?.length ?? 0, height: rows.length };
  };
  it('takes the block that fits the four pixels of a cell', () => {
    const [row] = drawPicture(
      pixels([
        [255, 0, 255, 255],
        [255, 0, 0, 0],
      ]),
      24,
    );
    expect(row).toBe('\u001b[38;2;255;255;255;48;2;0;0;0m▌▀\u001b[39;49m');
  });
  it('has 256 colours and shades to fall back on', () => {
    expect(
      drawPicture(
        pixels([
          [255, 255],
          [0, 0],
        ]),
        8,
      ),
    ).toEqual(['\u001b[38;5;231;48;5;16m▀\u001b[39;49m']);
    expect(
      drawPicture(
        pixels([
          [0, 0, 255, 255],
          [0, 0, 255, 255],
        ]),
        1,
      ),
    ).toEqual([' █']);
  });
  it('keeps proportions', () => {
    expect(cellsFor({ width: 96, height: 96 }, { columns: 30, rows: 10 })).toEqual({ columns: 20, rows: 10 });
    expect(cellsFor({ width: 200, height: 100 }, { columns: 20, rows: 10 })).toEqual({
      columns: 20,
      rows: 5,
    });
    expect(cellsFor({ width: 0, height: 0 }, { columns: 20, rows: 10 })).toEqual({ columns: 0, rows: 0 });
  });
});

describe('layout', () => {
  it('stays a row and a column smaller than any terminal', () => {
    for (let columns = 1; columns <= 200; columns += 7) {
      for (let rows = 2; rows <= 70; rows += 3) {
        const layout = layoutFor({ columns, rows }, { header: 4, focus: 'graph', curves: 9 });
        const tallest = Math.max(
          0,
          ...layout.columns.map((c) => c.reduce((sum, { size }) => sum + size.height, 0)),
        );
        expect(layout.header + tallest + (layout.log?.height ?? 0)).toBeLessThanOrEqual(rows - 1);
        for (const { size } of layout.columns.flat())
          expect(size.width).toBeLessThanOrEqual(Math.max(1, columns - 1));
      }
    }
  });
  it('makes pictures as large as it can and leaves some out rather than making them tiny', () => {
    expect(gridFor(6, { width: 87, height: 36 })).toMatchObject({ across: 3, down: 2, shown: 6 });
    expect(gridFor(6, { width: 20, height: 8 }).shown).toBeLessThan(6);
    expect(gridFor(0, { width: 20, height: 8 }).shown).toBe(0);
  });
});

describe('progress and tree', () => {
  const events = [...fixtureEvents()];
  const at = (test: (event: (typeof events)[number]) => boolean) => {
    const end = events.findIndex(test);
    return events.slice(0, end + 1).reduce(runView, EMPTY_VIEW);
  };
  it('foresees the end from the pace of each node', () => {
    const view = at((event) => event.kind === 'item-started' && event.index === 1);
    const truth = (events.at(-1)?.time ?? 0) - view.now;
    const pulled = runView(
      view,
      events[
        events.length -
          1 -
          [...events].reverse().findIndex((e) => e.time === view.now && e.kind === 'item-started')
      ] as never,
    );
    expect(Math.abs((progressOf(pulled).runLeft ?? 0) / truth - 1)).toBeLessThan(0.05);
    expect(progressOf(view).run).toBeCloseTo(1 / 3, 6);
  });
  it('knows nothing before the first pull', () => {
    expect(progressOf(EMPTY_VIEW)).toEqual({ run: 0, item: 0, stage: 0, pull: 0 });
  });
  it('tells which pull goes on while no event comes', () => {
    const during = (view: ReturnType<typeof at>) => quietPull(view, view.now + 5000);
    const begun = at((event) => event.kind === 'stage-started');
    expect(during(begun)).toEqual({ node: 'step1', done: 0, times: 600, milliseconds: 5000 });
    const first = at((event) => event.kind === 'pull' && event.done < event.times);
    expect(during(first)).toMatchObject({ node: 'step1', done: first.pull?.done, times: 600 });
    expect(quietPull(first, first.now + 1000)).toBeUndefined();
    const turn = at((event) => event.kind === 'pull' && event.done === event.times);
    expect(during(turn)).toMatchObject({ node: 'step2', done: 0 });
    expect(during(events.reduce(runView, EMPTY_VIEW))).toBeUndefined();
  });
  it('opens the node that is being pulled and closes the others', () => {
    const view = at((event) => event.kind === 'pull' && event.node === 'step1');
    const tree = treeOf(view);
    expect(tree[0]).toMatchObject({ guide: '', state: 'running', hidden: 0, node: { name: 'step1' } });
    expect(tree[1]).toMatchObject({ guide: '└ ', node: { name: 'total1' } });
    expect(tree[2]).toMatchObject({ guide: '  ├ ', node: { name: 'photo' } });
    const names = tree.slice(0, 16).map((row) => row.node.name);
    expect(new Set(names).size).toBe(16);
    expect(tree.find((row) => row.node.name === 'step2')?.hidden).toBeGreaterThan(5);
  });
  it('shows nodes that are pulled together, and sinks that accompany them', () => {
    const node = (name: string, role: string, ...inputs: string[]) => ({
      name,
      type: 't',
      title: '',
      role,
      inputs,
    });
    const pulls = [{ node: 'train+latest', times: 9 }];
    const [start] = fixtureEvents({ scale: 0.2 });
    if (start?.kind !== 'run-started') throw new Error('a run begins with its start');
    const nodes = [
      node('net', 'network'),
      node('train', 'optimizer', 'net'),
      node('latest', 'buffer', 'net'),
      node('picture', 'sink', 'net'),
      node('unused', 'sink', 'net'),
    ];
    const about = { item: 'a', stage: '', time: start.time };
    const pull = {
      ...about,
      kind: 'pull',
      node: 'train+latest',
      done: 1,
      times: 9,
      step: 1,
      total: 9,
    } as const;
    const image = { name: 'picture', path: 'p.png', width: 1, height: 1, step: 1 };
    const events: RunEvent[] = [
      { ...start, nodes, stages: [{ name: '', pulls }] },
      { ...pull, values: {}, milliseconds: 5 },
      {
        kind: 'profile',
        time: start.time,
        node: 'train+latest',
        shares: [{ node: 'net', milliseconds: 4, bytes: 0 }],
      },
      { ...about, ...image, kind: 'image', node: 'picture' },
    ];
    const rows = treeOf(events.reduce(runView, EMPTY_VIEW));
    expect(rows.map(({ node: { name }, state, share }) => [name, state, share])).toEqual([
      ['train', 'running', undefined],
      ['net', 'running', 1],
      ['latest', 'running', undefined],
      ['picture', 'done', undefined],
      ['unused', 'idle', undefined],
    ]);
  });
  it('stands a chain of thousands and a node that names itself', () => {
    const chain = Array.from({ length: 5000 }, (_, i) => ({
      name: `n${i}`,
      type: 't',
      title: '',
      role: 'operation',
      inputs: [`n${i + 1}`],
    }));
    expect(pulledNodes(chain, 'n0').size).toBe(5001);
    expect(pulledNodes([{ name: 'a', type: 't', title: '', role: 'operation', inputs: ['a'] }], 'a')).toEqual(
      new Set(['a']),
    );
  });
});

describe('colour depth', () => {
  const stream = (depth: number) => ({ isTTY: true, getColorDepth: () => depth });
  it('follows the terminal, trusts COLORTERM and tmux, and respects a lack of colours', () => {
    expect(colourDepth(stream(8), {})).toBe(8);
    expect(colourDepth(stream(8), { TMUX: '/tmp/x' })).toBe(24);
    expect(colourDepth(stream(8), { COLORTERM: 'truecolor' })).toBe(24);
    expect(colourDepth(stream(1), { TMUX: '/tmp/x', NO_COLOR: '1' })).toBe(1);
    expect(colourDepth({ isTTY: false, getColorDepth: () => 24 }, {})).toBe(1);
  });
});
