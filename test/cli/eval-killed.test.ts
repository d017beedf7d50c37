import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { RunEvent } from '../../runtime/run/events.ts';
import { measured, NODES, workplace } from './eval/support.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const { at, graph, evaluation, evaluate, prepare } = workplace();
const SIDES = [0.01, 0.02, 0.03, 0.04];

interface Life {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly events: RunEvent[];
}

/** Evaluates in a process of its own, which gets the signal once it has finished that item. */
function live(file: string, signal: NodeJS.Signals, item: string): Promise<Life> {
  return new Promise((resolve) => {
    const options = ['--out', at('out'), '--seeds', '0,1', '--nodes', NODES, '--engine', 'cpu', '--json'];
    const child = spawn(process.execPath, ['--import', 'tsx', MAIN, 'eval', file, ...options], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const events: RunEvent[] = [];
    let rest = '';
    child.stdout.on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const event = JSON.parse(line) as RunEvent;
        events.push(event);
        if (event.kind === 'item-finished' && event.item === item) child.kill(signal);
      }
    });
    child.on('close', (code, ended) => resolve({ code, signal: ended, events }));
  });
}

it('a killed or interrupted evaluation goes on where it was', { timeout: 300_000 }, async () => {
  const file = graph('slow', measured({ sides: SIDES, spread: 0.01 }, { delay: 100, steps: 8 }));

  const interrupted = await live(file, 'SIGINT', 'face-0');
  expect(interrupted.code).toBe(130);
  const told = interrupted.events.findLast(({ kind }) => kind === 'run-finished');
  expect(told).toMatchObject({
    status: 'interrupted',
    resume: `npx gan2shape eval ${file} --seeds 0,1 --out ${at('out')} --engine cpu --nodes ${NODES} --json`,
  });

  const killed = await live(file, 'SIGKILL', 'face-2');
  expect(killed.signal).toBe('SIGKILL');
  const items = killed.events.flatMap((event) => (event.kind === 'item-finished' ? [event.item] : []));
  expect(items).toContain('face-2');
  expect(items).not.toContain('face-0');

  await prepare(file, 'out', [1]);
  expect((await evaluate(file, 'out', '--seeds', '0,1')).code).toBe(0);
  const whole = graph('whole', measured({ sides: SIDES, spread: 0.01 }, { steps: 8 }));
  await prepare(whole, 'whole', [0, 1]);
  expect((await evaluate(whole, 'whole', '--seeds', '0,1')).code).toBe(0);
  const values = (out: string) => evaluation(out).runs.map((run) => run.values);
  expect(values('out')).toEqual(values('whole'));
  expect(Object.keys(values('out')[0] ?? {})).toEqual(['face-0', 'face-1', 'face-2', 'face-3']);
});
