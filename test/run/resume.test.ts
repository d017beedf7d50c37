import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Subject, takeWhile, tap } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseEvents, type RunCommand, type RunEvent } from '../../runtime/run/index.ts';
import * as tensors from '../../runtime/run/tensors.ts';
import { graphOf, regression, toyRegistry } from '../graph/toys.ts';
import { everything } from './everything.ts';
import { finalTensors, recorded } from './outcome.ts';
import { all, of, one, resume, run, temporaryFolder } from './support.ts';

vi.mock('../../runtime/run/tensors.ts', { spy: true });

const registry = await toyRegistry();
const base = temporaryFolder();
let count = 0;
const folder = () => join(base, String(count++));
const graph = everything(registry);

const whole = folder();
const events = await all(run(graph, whole));
const expected = { tensors: finalTensors(whole), records: recorded(whole) };

afterEach(() => void vi.mocked(tensors.writeTensors).mockReset());

/** Runs and stops at the first event for which `when` holds. */
async function runUntil(path: string, when: (event: RunEvent) => boolean): Promise<RunEvent[]> {
  const commands = new Subject<RunCommand>();
  return all(run(graph, path, { commands }).pipe(tap((event) => when(event) && commands.next('stop'))));
}

function expectSame(path: string): void {
  expect(finalTensors(path).equals(expected.tensors)).toBe(true);
  expect(recorded(path)).toEqual(expected.records);
}

describe('a run that is stopped', () => {
  it('ran everything once', () => {
    expect(one(events, 'run-finished').status).toBe('completed');
    expect(expected.records.size).toBe(120);
    expect(of(events, 'stage-started').map(({ stage }) => stage)).toEqual([
      '',
      'round 1/2',
      'round 2/2',
      'slow',
    ]);
  });

  it('goes on where it was, to the same numbers, wherever it is stopped', async () => {
    for (const index of [0, 1, 2, 3]) {
      const path = folder();
      const first = await runUntil(path, (event) => event.kind === 'stage-started' && event.index === index);
      const interrupted = one(first, 'run-finished');
      expect(interrupted.status).toBe('interrupted');
      expect(interrupted.resume).toBe(`npx gan2shape run --resume ${path}`);
      const second = await all(resume(graph, path));
      const { resumedAt } = one(second, 'run-started');
      expect(resumedAt).toBe(of(first, 'checkpoint').at(-1)?.step);
      expect(one(second, 'run-finished').status).toBe('completed');
      expectSame(path);
    }
  });

  it('may be stopped many times', async () => {
    const path = folder();
    let status = one(await runUntil(path, ({ kind }) => kind === 'pull'), 'run-finished').status;
    for (let part = 0; status === 'interrupted' && part < 20; part++) {
      const commands = new Subject<RunCommand>();
      let pulls = 0;
      const more = resume(graph, path, { commands }).pipe(
        tap(({ kind }) => kind === 'pull' && ++pulls === 2 && commands.next('stop')),
      );
      status = one(await all(more), 'run-finished').status;
    }
    expect(status).toBe('completed');
    expectSame(path);
  });

  it('keeps its state when its stream is left', async () => {
    const path = folder();
    await all(run(graph, path).pipe(takeWhile(({ kind }) => kind !== 'pull')));
    await vi.waitFor(() => expect(readdirSync(join(path, 'checkpoints'))).toEqual(['000001']), 30_000);
    await vi.waitFor(async () => {
      await all(resume(graph, path));
    }, 30_000);
    expectSame(path);
  });

  it('waits while it is paused, and writes checkpoints then too', async () => {
    const path = folder();
    const commands = new Subject<RunCommand>();
    const seen: RunEvent[] = [];
    const done = all(
      run(graph, path, { commands }).pipe(
        tap((event) => {
          seen.push(event);
          if (event.kind === 'pull' && event.step >= 10 && of(seen, 'paused').length === 0)
            commands.next('pause');
        }),
      ),
    );
    await vi.waitFor(() => expect(of(seen, 'paused')).toHaveLength(1), 30_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const before = of(seen, 'pull').length;
    commands.next('checkpoint');
    await vi.waitFor(() => expect(of(seen, 'checkpoint')).toHaveLength(1), 30_000);
    expect(of(seen, 'pull').length).toBe(before);
    commands.next('continue');
    expect(one(await done, 'run-finished').status).toBe('completed');
    expectSame(path);
  });
});

describe('a run that is resumed', () => {
  it('begins anew where no checkpoint was reached', async () => {
    const path = folder();
    await runUntil(path, ({ kind }) => kind === 'pull');
    const { rmSync } = await import('node:fs');
    rmSync(join(path, 'checkpoints'), { recursive: true });
    mkdirSync(join(path, 'checkpoints'));
    const again = await all(resume(graph, path));
    expect(of(again, 'log')[0]).toMatchObject({
      level: 'warning',
      message: expect.stringMatching(/begins anew/),
    });
    expectSame(path);
  });

  it('falls back to the checkpoint before a damaged one', async () => {
    for (const damage of ['manifest.json', 'tensors.safetensors']) {
      const path = folder();
      await runUntil(path, (event) => event.kind === 'stage-started' && event.index === 1);
      const commands = new Subject<RunCommand>();
      const more = resume(graph, path, { commands }).pipe(
        tap((event) => event.kind === 'stage-started' && event.index === 2 && commands.next('stop')),
      );
      const last = of(await all(more), 'checkpoint').at(-1);
      const file = join(path, last?.path ?? '', damage);
      const bytes = readFileSync(file);
      bytes[bytes.length - 40] = (bytes[bytes.length - 40] as number) ^ 1;
      writeFileSync(file, bytes);
      const again = await all(resume(graph, path));
      expect(of(again, 'log')[0]?.message).toMatch(/000002 is damaged/);
      expect(one(again, 'run-started').resumedAt).toBeLessThan(last?.step ?? 0);
      expectSame(path);
    }
  });

  it('cuts off a torn last line of its log', async () => {
    const path = folder();
    await runUntil(path, ({ kind }) => kind === 'pull');
    const log = join(path, 'events.jsonl');
    appendFileSync(log, '{"time":1,"kind":"pu');
    await all(resume(graph, path));
    const text = readFileSync(log, 'utf8');
    expect(text.split('\n').filter(Boolean)).toHaveLength(parseEvents(text).length);
  });

  it('is refused with another graph, and says where it differs', async () => {
    const path = folder();
    await runUntil(path, ({ kind }) => kind === 'pull');
    const changed = everything(registry, 41);
    await expect(all(resume(changed, path))).rejects.toMatchObject({
      code: 'graph-changed',
      message: expect.stringContaining('/schedule/1/steps/0/times was 40 and is 41'),
    });
    await expect(all(resume(graph, join(base, 'nowhere')))).rejects.toMatchObject({ code: 'not-a-run' });
    await expect(all(run(graph, path))).rejects.toMatchObject({ code: 'folder-in-use' });
  });

  it('does not repeat items that are done', async () => {
    const path = folder();
    const items = graphOf(registry, {
      ...regression,
      nodes: {
        ...regression.nodes,
        source: { type: 'toy/items', params: { count: 3 } },
        rec: { type: 'toy/record', in: { x: 'source.mask' } },
      },
      schedule: [{ pull: ['opt', 'rec'], times: 5 }],
    });
    const commands = new Subject<RunCommand>();
    const first = run(items, path, { commands }).pipe(
      tap((event) => event.kind === 'item-finished' && event.item === 'item-0' && commands.next('stop')),
    );
    await all(first);
    const second = await all(resume(items, path));
    expect(of(second, 'item-started').map(({ item }) => item)).toEqual(['item-1', 'item-2']);
    const metrics = JSON.parse(readFileSync(join(path, 'metrics.json'), 'utf8'));
    expect(Object.keys(metrics)).toEqual(['item-0', 'item-1', 'item-2']);
  });

  it('goes on with the items that it began with, or not at all', async () => {
    const path = folder();
    const list = join(base, 'list.json');
    const items = graphOf(registry, {
      ...regression,
      nodes: {
        ...regression.nodes,
        source: { type: 'toy/items', params: { list } },
        rec: { type: 'toy/record', in: { x: 'source.mask' } },
      },
      schedule: [{ pull: ['opt', 'rec'], times: 5 }],
    });
    const commands = new Subject<RunCommand>();
    writeFileSync(list, '["a", "__proto__", "c"]');
    const first = run(items, path, { commands });
    await all(
      first.pipe(tap((event) => event.kind === 'item-started' && event.index === 1 && commands.next('stop'))),
    );
    for (const [changed, found] of [
      ['["__proto__", "c"]', 'Item 0 of the run was "a", and is "__proto__"'],
      ['["a"]', 'Item 1 of the run was "__proto__", and is missing'],
    ] as const) {
      writeFileSync(list, changed);
      expect(one(await all(resume(items, path)), 'run-finished').problem).toMatchObject({
        code: 'items-changed',
        message: expect.stringContaining(found),
      });
    }
    writeFileSync(list, '["a", "__proto__", "d"]');
    const second = await all(resume(items, path));
    expect(of(second, 'item-started').map(({ item }) => item)).toEqual(['__proto__', 'd']);
    const metrics = JSON.parse(readFileSync(join(path, 'metrics.json'), 'utf8'));
    expect(Object.keys(metrics)).toEqual(['a', '__proto__', 'd']);
  });
});

describe('a full disk', () => {
  const full = () =>
    Promise.reject(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }));

  it('is reported, the run goes on, and the checkpoint before is whole', async () => {
    const path = folder();
    let stopped = false;
    const commands = new Subject<RunCommand>();
    const seen = await all(
      run(graph, path, { commands }).pipe(
        tap((event) => {
          if (event.kind === 'stage-started' && event.index === 1) commands.next('checkpoint');
          if (event.kind === 'checkpoint' && !stopped) {
            stopped = true;
            vi.mocked(tensors.writeTensors).mockImplementation(full);
          }
          if (event.kind === 'stage-started' && event.index === 3) commands.next('stop');
        }),
      ),
    );
    expect(of(seen, 'log').map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/no room left/),
    );
    expect(one(seen, 'run-finished').status).toBe('interrupted');
    expect(readdirSync(join(path, 'checkpoints'))).toEqual(['000001']);
    vi.mocked(tensors.writeTensors).mockReset();
    await all(resume(graph, path));
    expectSame(path);
  });

  it('that keeps nothing of what was done is no success', async () => {
    const path = folder();
    vi.mocked(tensors.writeTensors).mockImplementation(full);
    const seen = await all(run(graph, path));
    expect(of(seen, 'log').at(-1)?.message).toMatch(/no room left .* There is none before\.$/);
    expect(one(seen, 'run-finished')).toMatchObject({ status: 'failed', problem: { code: 'disk-full' } });
    vi.mocked(tensors.writeTensors).mockReset();
    await all(resume(graph, path));
    expectSame(path);
  });
});
