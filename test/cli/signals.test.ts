import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import type { RunEvent } from '../../runtime/run/events.ts';
import { regression, testFolder } from '../graph/toys.ts';

const base = mkdtempSync(join(tmpdir(), 'gan2shape-signals-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const graph = join(base, 'long.json');
writeFileSync(graph, JSON.stringify({ ...regression, schedule: [{ pull: 'opt', times: 100_000_000 }] }));

interface Ended {
  readonly code: number | null;
  readonly events: RunEvent[];
  /** Milliseconds from the first signal to the end. */
  readonly took: number;
}

/** Runs the command line in a process, and sends it the signals, one at each of the first events of `kind`. */
function interrupted(args: string[], signals: NodeJS.Signals[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', MAIN, 'run', ...args, '--json'], {
      stdio: 'pipe',
    });
    const events: RunEvent[] = [];
    let rest = '';
    let errors = '';
    let since = 0;
    child.stderr.on('data', (text) => {
      errors += text;
    });
    child.stdout.on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) events.push(JSON.parse(line));
      if (since > 0 || !events.some(({ kind }) => kind === 'pull')) return;
      since = performance.now();
      for (const signal of signals) child.kill(signal);
    });
    child.on('close', (code) => {
      if (since === 0) reject(new Error(`The run ended before it could be interrupted: ${errors}`));
      else resolve({ code, events, took: performance.now() - since });
    });
  });
}

const common = ['--nodes', join(testFolder, 'nodes-toy'), '--engine', 'onnx:cpu', '--threads', '1'];

it('Ctrl-C and SIGTERM keep the state, in time, and say how to go on', { timeout: 240_000 }, async () => {
  const folder = join(base, 'run');
  const first = await interrupted([graph, '--out', folder, ...common], ['SIGINT']);
  const finished = first.events.at(-1);
  expect(first.code).toBe(130);
  expect(first.took).toBeLessThan(5_000);
  expect(finished).toMatchObject({
    kind: 'run-finished',
    status: 'interrupted',
    resume: `npx gan2shape run --resume ${folder}`,
  });
  expect(readdirSync(join(folder, 'checkpoints'))).toHaveLength(1);

  const second = await interrupted(['--resume', folder], ['SIGTERM']);
  expect(second.code).toBe(143);
  expect(second.took).toBeLessThan(5_000);
  const started = second.events.find(({ kind }) => kind === 'run-started');
  const checkpoint = first.events.findLast(({ kind }) => kind === 'checkpoint');
  expect(started).toMatchObject({
    resumedAt: checkpoint?.kind === 'checkpoint' ? checkpoint.step : Number.NaN,
  });
});
