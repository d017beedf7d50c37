import { describe, expect, it } from 'vitest';
import { EMPTY_VIEW, LIMITS } from '../../../cli/view/run-view.ts';
import { MAX_POINTS } from '../../../cli/view/series.ts';
import { runView } from '../../../cli/view/state.ts';
import type { RunEvent } from '../../../runtime/run/events.ts';
import { FIXTURE_NODES, fixtureEvents } from './fixture.ts';

const feed = (events: Iterable<RunEvent>, from = EMPTY_VIEW) => {
  let view = from;
  for (const event of events) view = runView(view, event);
  return view;
};
const until = (test: (event: RunEvent) => boolean, events = fixtureEvents()) => {
  const taken: RunEvent[] = [];
  for (const event of events) {
    taken.push(event);
    if (test(event)) break;
  }
  return taken;
};

describe('runView', () => {
  it('tells where a run stands', () => {
    const view = feed(until((event) => event.kind === 'pull' && event.node === 'step2' && event.done >= 100));
    expect(view.phase).toBe('running');
    expect(view.item).toMatchObject({ name: 'face-0001.png', index: 0, count: 3 });
    expect(view.stage).toEqual({ name: 'start', index: 0 });
    expect(view.pull).toMatchObject({ node: 'step2', times: 500, index: 1 });
    expect(view.step).toBe(600 + (view.pull?.done ?? 0));
    expect(view.total).toBe(3 * (1900 + 3 * 800));
    expect(view.pace.step2).toBeGreaterThan(228);
    expect(view.pace.step2).toBeLessThan(252);
  });

  it('keeps its pace through a pull that was compiled or slept through', () => {
    const pulls = [...fixtureEvents()]
      .filter((event) => event.kind === 'pull' && event.node === 'step2')
      .slice(0, 20);
    const begun = until((event) => event.kind === 'stage-started');
    const slow = (at: number, milliseconds: number) =>
      feed([...begun, ...pulls.map((event, i) => (i === at ? { ...event, milliseconds } : event))]).pace
        .step2;
    expect(slow(0, 25_000)).toBeLessThan(252);
    expect(slow(10, 3_600_000)).toBeLessThan(350);
    expect(slow(10, 240)).toBeGreaterThan(228);
  });

  it('tells which nodes run, and that a buffer is where a pull ends', () => {
    const view = feed(until((event) => event.kind === 'pull' && event.node === 'step3'));
    expect(view.running.has('projected')).toBe(true);
    expect(view.running.has('generator')).toBe(false);
    expect(view.done.has('generator')).toBe(true);
    expect(view.running.has('mesh') || view.done.has('mesh')).toBe(false);
  });

  it('begins losses and images anew with each item', () => {
    const view = feed(until((event) => event.kind === 'item-started' && event.index === 1));
    expect(view.losses).toEqual({});
    expect(view.images).toEqual([]);
    expect(view.results).toHaveLength(1);
    expect(view.results[0]?.metrics).toEqual([
      { name: 'SIDE', value: 0.78, unit: '×10⁻²' },
      { name: 'MAD', value: 16.2, unit: '°' },
    ]);
  });

  it('tells metrics of one name apart by their nodes', () => {
    const before = until((event) => event.kind === 'metric');
    const metric = before.at(-1) as Extract<RunEvent, { kind: 'metric' }>;
    const { metrics } = feed([...before, { ...metric, node: 'other', value: 3 }, { ...metric, value: 2 }]);
    const last = Object.entries(metrics).map(([name, series]) => [name, series.last]);
    expect(last).toEqual([
      [metric.name, 2],
      [`other.${metric.name}`, 3],
    ]);
  });

  it('keeps one image a name, the newest', () => {
    const view = feed(until((event) => event.kind === 'checkpoint'));
    expect(view.images.map((image) => image.name)).toEqual([
      'input',
      'reconstruction',
      'depth',
      'normals',
      'albedo',
      'side view',
    ]);
    expect(view.images.map((image) => image.step)).toEqual([0, 1900, 1900, 1900, 1900, 1900]);
  });

  it('names the node that failed', () => {
    const view = feed(fixtureEvents({ end: 'failed' }));
    expect(view.phase).toBe('failed');
    expect(view.failed.has('features')).toBe(true);
    expect(view.outcome?.problem?.message).toBe('the loss is NaN');
    expect(view.log.at(-1)).toMatchObject({ level: 'error' });
  });

  it('marks a failed sink and goes on', () => {
    const view = feed(until((event) => event.kind === 'sink-failed'));
    expect(view.failed).toEqual(new Set(['mesh']));
    expect(view.phase).toBe('running');
  });

  it('gives the same view from the lines of events.jsonl', () => {
    const events = [...fixtureEvents({ end: 'interrupted' })];
    const read = events.map((event) => JSON.parse(JSON.stringify(event)) as RunEvent);
    expect(feed(read)).toEqual(feed(events));
  });

  it('goes on from a second start in the same file', () => {
    const stopped = feed(fixtureEvents({ end: 'interrupted' }));
    const again = feed(
      [{ ...([...fixtureEvents()][0] as RunEvent & { kind: 'run-started' }), resumedAt: 9000 }],
      stopped,
    );
    expect(again.phase).toBe('running');
    expect(again.outcome).toBeUndefined();
    expect(again.step).toBe(9000);
  });

  it('does not change the view that it was given, and ignores kinds that it does not know', () => {
    const view = feed(until((event) => event.kind === 'metric'));
    const before = structuredClone(view);
    const next = runView(view, { kind: 'from-the-future', time: 99 } as unknown as RunEvent);
    expect(next).toEqual({ ...before, now: 99 });
    expect(view).toEqual(before);
  });

  it('shows a value that is not finite without losing the curve', () => {
    const before = feed(until((event) => event.kind === 'pull'));
    const [last] = until((event) => event.kind === 'pull').slice(-1) as [RunEvent & { kind: 'pull' }];
    const view = feed([{ ...last, values: { total1: Number.NaN } }], before);
    expect(view.losses.total1?.last).toBeNaN();
    expect(view.losses.total1?.best).toBe(before.losses.total1?.best);
    expect(view.losses.total1?.points).toEqual(before.losses.total1?.points);
  });

  it('holds no more after a million events than after a few thousand', () => {
    const size = (view: unknown) =>
      JSON.stringify(view, (_key, value) => (value instanceof Set ? [...value] : value)).length;
    let view = feed(until((event) => event.kind === 'pull'));
    const pull = view.pull as NonNullable<typeof view.pull>;
    let small = 0;
    for (let step = 1; step <= 1_000_000; step++) {
      const time = step * 10;
      const values = { total1: 1 / step, [`term${step % 90}`]: step };
      const common = { time, item: 'a', step } as const;
      view =
        step % 10 > 0
          ? runView(view, {
              ...common,
              kind: 'pull',
              stage: 'start',
              node: pull.node,
              done: step,
              times: 1e6,
              total: 1e6,
              values,
              milliseconds: 1,
            })
          : step % 20 > 0
            ? runView(view, { time, kind: 'log', level: 'info', message: `line ${step % 97}` })
            : step % 40 > 0
              ? runView(view, {
                  ...common,
                  kind: 'image',
                  node: 'preview',
                  name: `image${step % 1000}`,
                  path: 'a.png',
                  width: 8,
                  height: 8,
                })
              : runView(view, { time, kind: 'item-finished', item: `item${step % 1000}`, milliseconds: 5 });
      if (step === 20_000) small = size(view);
    }
    expect(view.log).toHaveLength(LIMITS.log);
    expect(view.images).toHaveLength(LIMITS.images);
    expect(view.results).toHaveLength(LIMITS.results);
    expect(view.finished).toBe(25_000);
    expect(Object.keys(view.losses).length).toBeLessThanOrEqual(LIMITS.series);
    for (const series of Object.values(view.losses))
      expect(series.points.length).toBeLessThanOrEqual(MAX_POINTS);
    expect(size(view)).toBeLessThan(3 * small);
  }, 180_000);

  it('has a fixture whose inputs exist', () => {
    const names = new Set(FIXTURE_NODES.map((node) => node.name));
    for (const node of FIXTURE_NODES) for (const input of node.inputs) expect(names).toContain(input);
  });
});
