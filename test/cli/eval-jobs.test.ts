import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { EventOfRun } from '../../cli/view/index.ts';
import { measured, NODES, workplace } from './eval/support.ts';

const LIMIT = { timeout: 300_000 };
const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const { at, graph, evaluation, evaluate, prepare } = workplace();
const sides = [0.01, 0.02, 0.03, 0.04, 0.05];
const noisy = measured({ sides, spread: 0.01 }, { steps: 8 });
const slow = { ...noisy, nodes: measured({ sides, spread: 0.01 }, { delay: 100 }).nodes };

/** Evaluates in a process of its own; `on` is told each event and may end it, or one of its runs. */
function live(
  file: string,
  out: string,
  on: (event: EventOfRun, kill: (signal: NodeJS.Signals) => void) => void,
) {
  return new Promise<{ code: number | null; lines: Record<string, unknown>[]; errors: string }>((resolve) => {
    const options = ['--out', at(out), '--jobs', '2', '--nodes', NODES, '--engine', 'cpu', '--json'];
    const child = spawn(process.execPath, ['--import', 'tsx', MAIN, 'eval', file, ...options], {
      stdio: 'pipe',
    });
    const lines: Record<string, unknown>[] = [];
    let errors = '';
    let rest = '';
    child.stderr.on('data', (text) => {
      errors += text;
    });
    child.stdout.on('data', (text) => {
      const texts = (rest + text).split('\n');
      rest = texts.pop() ?? '';
      for (const line of texts) {
        const event = JSON.parse(line);
        lines.push(event);
        on(event, (signal) => void child.kill(signal));
      }
    });
    child.on('close', (code) => resolve({ code, lines, errors }));
  });
}

/** What an evaluation found, but for where and how long. */
const valuesOf = (out: string) =>
  evaluation(out).runs.map(({ seed, values, failed }) => ({ seed, values, failed }));

describe('an evaluation of several runs at once', () => {
  it('finds what one run after the other does', LIMIT, async () => {
    const file = graph('noisy', { ...noisy, nodes: measured({ sides, spread: 0.01, fail: 3 }).nodes });
    await prepare(file, 'one', [0, 1]);
    expect((await evaluate(file, 'one', '--seeds', '0,1')).code).toBe(1);
    const { code, stdout } = await evaluate(file, 'two', '--seeds', '0,1', '--jobs', '2');
    expect(code).toBe(1);
    expect(valuesOf('two')).toEqual(valuesOf('one'));
    expect(evaluation('two').summary).toEqual(evaluation('one').summary);
    expect(Object.keys(valuesOf('two')[0]?.values ?? {})).toEqual(['face-0', 'face-1', 'face-2', 'face-4']);
    expect(stdout).toMatch(/seed-1\/items-2-4 +1\/3 face-2 finished in 0:\d\d: .*SIDE 0\.0/);
    expect(stdout).toMatch(/seed-0\/items-2-4 +2\/3 face-3 failed: .*told to fail/);
    expect(stdout).toMatch(/✓ completed 4 of 4 runs in \d+:\d\d, 2 of 10 items failed/);
    expect(stdout).toContain('✗ face-3, seed 1:');
    const again = await evaluate(file, 'two', '--seeds', '0,1');
    expect(again.stdout.match(/items-\d-\d: has been done/g)).toHaveLength(4);
    expect(valuesOf('two')).toEqual(valuesOf('one'));
  });

  it('stops at a signal and goes on', LIMIT, async () => {
    const file = graph('slow', slow);
    const { code, lines } = await live(file, 'stopped', ({ kind }, kill) => {
      if (kind === 'item-finished') kill('SIGINT');
    });
    expect(code).toBe(130);
    const ends = lines.filter(({ kind }) => kind === 'run-finished');
    expect(ends.map(({ part }) => part).sort()).toEqual(['seed-0/items-0-1', 'seed-0/items-2-4']);
    const resume = `npx gan2shape eval ${file} --out ${at('stopped')} --engine cpu --jobs 2 --nodes ${NODES} --json`;
    for (const end of ends) expect(end).toMatchObject({ status: 'interrupted', resume });

    await prepare(file, 'slow');
    expect((await evaluate(file, 'slow')).code).toBe(0);
    expect((await evaluate(file, 'stopped', '--jobs', '3')).code).toBe(0);
    expect(valuesOf('stopped')).toEqual(valuesOf('slow'));
  });

  it('stops where a run dies, says which, and goes on', LIMIT, async () => {
    const file = graph('dying', slow);
    const note = at('dying/seed-0/items-2-4/running.json');
    const { code, lines, errors } = await live(file, 'dying', ({ kind, part }) => {
      if (kind !== 'item-finished' || part !== 'seed-0/items-2-4' || !existsSync(note)) return;
      process.kill(JSON.parse(readFileSync(note, 'utf8')).pid, 'SIGKILL');
    });
    expect(code).toBe(1);
    expect(errors + JSON.stringify(lines)).toContain(
      'seed-0/items-2-4: The process of the run was ended by SIGKILL',
    );
    expect(
      lines.find(({ kind, part }) => kind === 'run-finished' && part === 'seed-0/items-0-1'),
    ).toMatchObject({
      status: 'interrupted',
    });
    await prepare(file, 'living');
    expect((await evaluate(file, 'living')).code).toBe(0);
    expect((await evaluate(file, 'dying')).code).toBe(0);
    expect(valuesOf('dying')).toEqual(valuesOf('living'));
  });

  it('refuses a number of runs at once that nothing is done with', async () => {
    const file = graph('refused', noisy);
    for (const jobs of ['0', '1.5', '1000']) {
      const { code, stderr } = await evaluate(file, 'refused', '--jobs', jobs);
      expect(code).toBe(2);
      expect(stderr).toContain(`The number of runs at once is ${jobs}; expected a whole number from 1 to 64`);
    }
  });
});
