import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstValueFrom, from, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { useEngine as startEngine } from '../../runtime/engine/index.ts';
import { problemOf, RunError } from '../../runtime/run/errors.ts';
import { EventLog, parseEvents } from '../../runtime/run/event-log.ts';
import { selectItems } from '../../runtime/run/items.ts';
import { hold } from '../../runtime/run/lock.ts';
import { Prefetch } from '../../runtime/run/prefetch.ts';
import { type PullDone, throttled } from '../../runtime/run/progress.ts';
import { hostRandom, itemSeed } from '../../runtime/run/random.ts';
import { firstDifference, resumeCommand } from '../../runtime/run/resume.ts';
import { sliced } from '../../runtime/run/streams.ts';
import { temporaryFolder } from './support.ts';

describe('sliced', () => {
  it('gives the event loop turns, and ends when it is left', async () => {
    let turns = 0;
    let calls = 0;
    const timer = setInterval(() => turns++, 1);
    const busy = async () => {
      const end = performance.now() + 1;
      while (performance.now() < end);
      return ++calls > 60 ? undefined : calls;
    };
    expect(await lastValueFrom(sliced(busy))).toBe(60);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
    calls = 0;
    expect(await firstValueFrom(sliced(busy))).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(calls).toBeLessThan(20);
  });
});

describe('Prefetch', () => {
  it('is a bounded number of loads ahead', async () => {
    const started: number[] = [];
    const loads = new Prefetch((i) => 10 * (started.push(i) && i), { ahead: 2, count: 5 });
    expect(await loads.take(0)).toBe(0);
    await new Promise(setImmediate);
    expect(started).toEqual([0, 1, 2]);
    expect(await loads.take(0)).toBe(0);
    expect(started).toEqual([0, 1, 2]);
    expect(await loads.take(3)).toBe(30);
    expect(started).toEqual([0, 1, 2, 3, 4]);
  });

  it('tries again, and fails only who takes what cannot be loaded', async () => {
    let attempts = 0;
    const flaky = (i: number) => {
      if (i === 1 && ++attempts < 3) throw new Error('not yet');
      return i;
    };
    expect(await new Prefetch(flaky, { ahead: 0, delays: [1, 1] }).take(1)).toBe(1);
    expect(attempts).toBe(3);
    const broken = new Prefetch((i) => (i === 1 ? Promise.reject(new Error('gone')) : i), {
      ahead: 1,
      delays: [],
    });
    expect(await broken.take(0)).toBe(0);
    await expect(broken.take(1)).rejects.toThrow('gone');
  });
});

describe('throttled', () => {
  const pull = (done: number, times: number): PullDone => ({
    ...{ item: 'all', stage: '', node: 'n', done, times, step: done, total: times },
    values: { [`v${done % 2}`]: done },
    milliseconds: done,
  });

  it('lets the first and the last through, with the mean duration and the latest values', async () => {
    const time = 0;
    const pulls = Array.from({ length: 100 }, (_, i) => pull(i + 1, 100));
    const seen = await lastValueFrom(
      from(pulls).pipe(
        throttled({ last: Number.NEGATIVE_INFINITY }, () => time),
        toArray(),
      ),
    );
    expect(seen.map(({ done }) => done)).toEqual([1, 100]);
    expect(seen[1]).toMatchObject({ values: { v0: 100, v1: 99 }, milliseconds: 51 });
  });

  it('tells of the last before a failure', async () => {
    const seen: number[] = [];
    await new Promise<void>((resolve) => {
      const failing = new (class extends Error {})();
      sliced(async () => {
        if (seen.length > 5) throw failing;
        seen.push(seen.length);
        return pull(seen.length, 50);
      })
        .pipe(throttled({ last: performance.now() }), toArray())
        .subscribe({ error: () => resolve() });
    });
    expect(seen).toHaveLength(6);
  });
});

describe('EventLog', () => {
  it('cuts off what was not finished', () => {
    const path = join(temporaryFolder(), 'events.jsonl');
    const first = new EventLog(path);
    expect(first.append({ time: 1, kind: 'paused' })).toBe(true);
    first.close();
    appendFileSync(path, `${'x'.repeat(200_000)}`);
    const second = new EventLog(path);
    second.append({ time: 2, kind: 'continued' });
    second.close();
    expect(parseEvents(readFileSync(path, 'utf8'))).toEqual([
      { time: 1, kind: 'paused' },
      { time: 2, kind: 'continued' },
    ]);
  });
});

describe('selectItems', () => {
  const names = ['a', 'b', 'c', '7'];
  const chosen = (...selectors: string[]) => selectItems(names, selectors).map(({ name }) => name);

  it('takes names, places and ranges, in the order of the source', () => {
    expect(chosen()).toEqual(names);
    expect(chosen('c', 'a')).toEqual(['a', 'c']);
    expect(chosen('1..2', '0')).toEqual(['a', 'b', 'c']);
    expect(chosen('7')).toEqual(['7']);
  });

  it('refuses what is not there', () => {
    for (const wrong of ['d', '4', '2..1', '0..4', '-1', '1.5'])
      expect(() => chosen(wrong)).toThrow(RunError);
  });
});

describe('a folder that is worked in', () => {
  const file = join(temporaryFolder(), 'running.json');
  const noted = (pid: unknown, since = Date.now()) => writeFileSync(file, JSON.stringify({ pid, since }));

  it('is refused while the process that holds it lives', () => {
    const release = hold(file);
    expect(() => hold(file)).toThrow(expect.objectContaining({ code: 'run-alive' }));
    release();
    expect(existsSync(file)).toBe(false);
    noted(process.ppid);
    expect(() => hold(file)).toThrow(`Process ${process.ppid} is doing this run since 20`);
    expect(existsSync(file)).toBe(true);
  });

  it('is free again when that process is no more', () => {
    for (const note of [
      () => noted(2 ** 30),
      () => noted(process.ppid, 1),
      () => noted(process.pid),
      () => noted('1'),
      () => writeFileSync(file, 'null'),
    ]) {
      note();
      hold(file)();
      expect(existsSync(file)).toBe(false);
    }
  });
});

describe('random numbers on the host', () => {
  it('depend on seed, name, step and order alone', async () => {
    await startEngine('onnx:cpu', { threads: 1 });
    const values = (seed: number, name: string, step: number) => {
      const random = hostRandom(seed, name, step);
      return [...random.normal(3), ...random.uniform(2), ...random.integers(2, { min: 5, max: 9 })];
    };
    expect(values(1, 'a', 0)).toEqual(values(1, 'a', 0));
    expect(values(1, 'a', 0)).not.toEqual(values(2, 'a', 0));
    expect(values(1, 'a', 0)).not.toEqual(values(1, 'b', 0));
    expect(values(1, 'a', 0)).not.toEqual(values(1, 'a', 1));
    const many = hostRandom(3, 'n').integers(1000, { min: -2, max: 2 });
    expect([...new Set(many)].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1]);
    expect(hostRandom(3, 'n').normal(0)).toHaveLength(0);
    expect(new Set([0, 1, 2].flatMap((seed) => [0, 1, 2].map((index) => itemSeed(seed, index)))).size).toBe(
      9,
    );
    expect(Number.isSafeInteger(itemSeed(2 ** 53 - 1, 1e6))).toBe(true);
  });
});

describe('resuming', () => {
  it('names the first difference of two graphs', () => {
    const graph = { a: { b: [1, 2] }, c: 'x' };
    expect(firstDifference(graph, structuredClone(graph))).toBeUndefined();
    expect(firstDifference(graph, { ...graph, c: 'y' })).toBe('/c was "x" and is "y"');
    expect(firstDifference(graph, { ...graph, a: { b: [1] } })).toBe('/a/b had 2 entries and has 1');
    expect(firstDifference(graph, { a: { b: [1, 3] } })).toBe('/a/b/1 was 2 and is 3');
    expect(firstDifference(graph, { ...graph, 'd/e': 1 })).toBe('/d~1e is new');
  });

  it('prints a command that a shell understands', () => {
    expect(resumeCommand('/runs/a b')).toBe("npx gan2shape run --resume '/runs/a b'");
    expect(resumeCommand(join(process.cwd(), 'runs/x'))).toBe('npx gan2shape run --resume runs/x');
  });
});

it('calls an unknown error a bug', () => {
  expect(problemOf(new TypeError('x is not a function'))).toMatchObject({
    code: 'bug',
    message: 'x is not a function',
  });
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  expect(problemOf(full).code).toBe('disk-full');
});
