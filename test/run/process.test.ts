import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Subject, tap } from 'rxjs';
import { expect, it } from 'vitest';
import { openGraph } from '../../runtime/graph/index.ts';
import { loadRegistry } from '../../runtime/registry.ts';
import { RunFolder } from '../../runtime/run/folder.ts';
import type { RunCommand, RunEvent } from '../../runtime/run/index.ts';
import { all, of, one, resume, run, temporaryFolder } from './support.ts';

const LIMIT = { timeout: 180_000 };
const base = temporaryFolder();
const graph = openGraph('graphs/examples/fit-image.json', {
  registry: await loadRegistry(),
  set: ['settings.size=24', 'settings.steps=100'],
});
/** Takes about half a minute, if nobody ends it. */
const long = openGraph('graphs/examples/fit-image.json', {
  registry: await loadRegistry(),
  set: ['settings.size=24', 'settings.steps=20000'],
});
const pidOf = (folder: string): number => JSON.parse(readFileSync(new RunFolder(folder).running, 'utf8')).pid;
const metricsOf = (events: readonly RunEvent[]) => of(events, 'metric').map(({ value }) => value);

it('does a run in a process of its own as in this one', LIMIT, async () => {
  const [there, here] = [join(base, 'there'), join(base, 'here')];
  const pids = new Set<number>();
  const look = tap<RunEvent>(({ kind }) => void (kind === 'pull' && pids.add(pidOf(there))));
  const events = await all(run(graph, there, { place: 'process' }).pipe(look));
  expect(one(events, 'run-finished').status).toBe('completed');
  expect(metricsOf(events)).toEqual(metricsOf(await all(run(graph, here))));
  expect([...pids]).toEqual([expect.any(Number)]);
  expect(pids.has(process.pid)).toBe(false);
});

it('says how its process ended, and the run goes on from its checkpoint', LIMIT, async () => {
  const folder = join(base, 'killed');
  const kill = tap<RunEvent>(({ kind }) => void (kind === 'pull' && process.kill(pidOf(folder), 'SIGKILL')));
  await expect(all(run(long, folder, { place: 'process' }).pipe(kill))).rejects.toMatchObject({
    code: 'worker-died',
    message: 'The process of the run was ended by SIGKILL, perhaps for want of memory: try fewer at once',
    hint: 'Resume the run from its last checkpoint.',
  });
  const commands = new Subject<RunCommand>();
  const signal = tap<RunEvent>(({ kind }) => {
    if (kind !== 'pull') return;
    // it is the owner who says what a signal means
    process.kill(pidOf(folder), 'SIGINT');
    setTimeout(() => commands.next('stop'), 500);
  });
  const events = await all(resume(long, folder, { place: 'process', commands }).pipe(signal));
  expect(of(events, 'pull').length).toBeGreaterThan(1);
  expect(one(events, 'run-finished').status).toBe('interrupted');
});

it('stops where its owner dies, and keeps its state', LIMIT, async () => {
  const folder = join(base, 'orphan');
  const owner = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(new URL('process-owner.ts', import.meta.url)), folder],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await new Promise((resolve) => owner.stdout.once('data', resolve));
  const { running, checkpoints, events } = new RunFolder(folder);
  expect(pidOf(folder)).not.toBe(owner.pid);
  owner.kill('SIGKILL');
  await expect.poll(() => existsSync(running), { timeout: 60_000 }).toBe(false);
  expect(existsSync(join(checkpoints, '000001'))).toBe(true);
  expect(readFileSync(events, 'utf8').trimEnd().split('\n').at(-1)).toContain('"status":"interrupted"');
});
