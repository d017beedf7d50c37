import { describe, expect, it } from 'vitest';
import { gather } from '../../runtime/report/history.ts';
import type { NewEvent, RunEvent } from '../../runtime/run/events.ts';
import { BEGIN, completed, image, metric, pull, started, timed } from './fake-run.ts';

const begin = (item: string, index = 0): NewEvent => ({ kind: 'item-started', item, index, count: 2 });
const end = (item: string): NewEvent => ({ kind: 'item-finished', item, milliseconds: 1 });
const stage = (item: string, index: number, name = 'fit'): NewEvent => ({
  kind: 'stage-started',
  item,
  stage: name,
  index,
});

describe('gather', () => {
  it('counts pulls by item, and keeps curves, metrics and pictures apart', () => {
    const history = gather(
      timed([
        started(['a', 'b']),
        begin('a'),
        pull('a', 1, { loss: 3 }),
        pull('a', 2, { loss: 2 }),
        end('a'),
        begin('b', 1),
        pull('b', 5, { loss: 9 }),
        metric('b', 'SIDE', 0.03),
        image('b', 'albedo', 'images/b/x/albedo-1.png'),
        image('b', 'albedo', 'images/b/x/albedo-2.png'),
        image('b', 'albedo', 'images/b/x/albedo-1.png'),
        completed,
      ]),
    );
    const [a, b] = [...history.items.values()];
    expect(a?.curves.get('loss')).toMatchObject({ steps: [1, 2], values: [3, 2] });
    expect(b?.curves.get('loss')).toMatchObject({ steps: [1], values: [9] });
    expect(b?.metrics.get('metrics/SIDE')?.curve.last).toBe(0.03);
    expect([...(b?.pictures.values() ?? [])].map(({ paths }) => paths)).toEqual([
      ['images/b/x/albedo-2.png', 'images/b/x/albedo-1.png'],
    ]);
    expect([a?.steps, b?.steps, a?.finished, b?.finished]).toEqual([2, 1, true, false]);
    expect(history.finished?.status).toBe('completed');
  });

  it('gives the time to stages, without pauses and without the time before a resumed part', () => {
    const at = (seconds: number, event: NewEvent) => ({ time: BEGIN + 1000 * seconds, ...event }) as RunEvent;
    const history = gather([
      at(0, started(['a'])),
      at(1, begin('a')),
      at(1, stage('a', 0)),
      at(3, pull('a', 1, { loss: 1 })),
      at(3, stage('a', 1)),
      at(4, { kind: 'paused' }),
      at(54, { kind: 'continued' }),
      at(56, pull('a', 2, { loss: 5 })),
      at(1000, started(['a'], { resumedAt: 1 })),
      at(1001, begin('a')),
      at(1001, stage('a', 1)),
      at(1005, pull('a', 2, { loss: 4 })),
      at(1005, end('a')),
      at(1009, completed),
    ]);
    const item = history.items.get('a');
    expect([...(item?.stages.values() ?? [])].map(({ milliseconds }) => milliseconds)).toEqual([2000, 7000]);
    expect(history.milliseconds).toBe(1000 + 2000 + 1000 + 2000 + 1000 + 4000 + 4000);
    expect(item?.milliseconds).toBe(9000);
    expect(history.resumed).toBe(1);
    // What the resumed part did again stands only once.
    expect(item?.curves.get('loss')).toMatchObject({ steps: [1, 2], values: [1, 4] });
  });

  it('keeps the largest memory, problems and warnings, and takes null for a number that is none', () => {
    const problem = { code: 'sink-failed', message: 'full' };
    const memory = (residentBytes: number): NewEvent => ({ kind: 'memory', residentBytes, tensors: 1 });
    const history = gather(
      timed([
        started(['a']),
        memory(5),
        memory(9),
        memory(7),
        { kind: 'sink-failed', item: 'a', node: 's', problem },
        { kind: 'log', level: 'info', message: 'fine' },
        { kind: 'log', level: 'warning', message: 'odd' },
        pull('a', 1, { loss: null as unknown as number }),
        { kind: 'of the future' } as unknown as NewEvent,
      ]),
    );
    expect(history).toMatchObject({
      peakBytes: 9,
      problems: [problem],
      warnings: ['odd'],
      finished: undefined,
    });
    expect(history.items.get('a')?.curves.get('loss')?.values).toEqual([Number.NaN]);
  });
});
