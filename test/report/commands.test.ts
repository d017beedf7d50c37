import { expect, it } from 'vitest';
import { reportedCommands } from '../../runtime/report/commands.ts';
import { gather } from '../../runtime/report/history.ts';
import type { NewEvent } from '../../runtime/run/events.ts';
import { RunFolder, type RunRecord } from '../../runtime/run/folder.ts';
import { completed, started, timed } from './fake-run.ts';

const RECORD = {
  seed: 7,
  workingFolder: '/home/me',
  items: ['a b', 'c'],
  registry: { nodes: ['./my nodes'] },
} as unknown as RunRecord;

function lines(folder: string, record: RunRecord | undefined, ...events: NewEvent[]): string[] {
  const history = gather(timed([started(['a']), ...events]));
  const run = { folder: new RunFolder(folder), history, record, document: undefined };
  return reportedCommands(run).flatMap((command) => command.lines);
}

it('names what fixes a run: resolved graph, seed, engine, threads, items, nodes, folder', () => {
  expect(lines('/home/me/runs/x', RECORD, completed)).toEqual([
    'cd /home/me',
    `npx gan2shape run runs/x/graph.json --seed 7 --engine cpu --threads 2 --items 'a b,c' --nodes './my nodes'`,
    'cd /home/me',
    'npx gan2shape report runs/x',
  ]);
});

it('says how to go on where a run has not completed', () => {
  expect(lines('/home/me/runs/x', RECORD)).toContain('npx gan2shape run --resume runs/x');
});

it('quotes what a shell would take apart, and does without the record', () => {
  const all = lines("/data/it's; rm -rf/x", undefined, completed);
  expect(all).toEqual([
    `npx gan2shape run '/data/it'\\''s; rm -rf/x/graph.json' --seed 7 --engine cpu --threads 2`,
    `npx gan2shape report '/data/it'\\''s; rm -rf/x'`,
  ]);
});
