import { EventEmitter } from 'node:events';
import { render } from 'ink-testing-library';
import { from, throwError } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { RunsDashboard } from '../../../cli/view/several/dashboard.tsx';
import { openRunsView } from '../../../cli/view/several/open.tsx';
import { runsOutcome } from '../../../cli/view/several/outcome.ts';
import { runsLines, runsQuiet } from '../../../cli/view/several/plain.ts';
import { runsProgress } from '../../../cli/view/several/progress.ts';
import { resultRow } from '../../../cli/view/several/rows.ts';
import {
  type EventOfRun,
  emptyRuns,
  phaseOf,
  type RunsView,
  runsView,
} from '../../../cli/view/several/state.ts';
import { styleFor } from '../../../cli/view/style.ts';
import { widthOf } from '../../../cli/view/width.ts';
import { type FixtureOptions, fixtureEvents } from './fixture.ts';
import { frameOf } from './frame.ts';

const PLAIN = styleFor(1, { attributes: false });
const AWAITED = [0, 1, 2].flatMap((seed) => [
  { name: `seed-${seed}/items-0-2`, items: 3 },
  { name: `seed-${seed}/items-3-5`, items: 3 },
]);
const START = Date.UTC(2026, 0, 5, 9, 0, 0);

/** The events of the runs of a seed, in the order of their times. */
function events(seed: number, options: FixtureOptions = {}): EventOfRun[] {
  const start = START + seed * 7_200_000;
  const of = (part: string, delay: number) =>
    [...fixtureEvents({ scale: 0.1, folder: '/nowhere', ...options, start: start + delay })].map(
      (event): EventOfRun => ({ ...event, part }),
    );
  const both = [...of(`seed-${seed}/items-0-2`, 0), ...of(`seed-${seed}/items-3-5`, 20_000)];
  return both.sort((a, b) => a.time - b.time);
}
const empty = () => emptyRuns('celeba', AWAITED);
const viewAfter = (all: readonly EventOfRun[]) => all.reduce(runsView, empty());
/** One run has finished an item, and both go on. */
function midway(): RunsView {
  let view = empty();
  for (const event of events(0)) {
    view = runsView(view, event);
    if (view.finished === 1 && event.kind === 'pull') break;
  }
  return view;
}
const whole = () => viewAfter([...events(0), ...events(1), ...events(2)]);
const controls = () => ({
  pause: vi.fn(),
  resume: vi.fn(),
  checkpoint: vi.fn(),
  quit: vi.fn(),
  interrupt: vi.fn(),
});

function show(view: RunsView, columns = 80, rows = 24, asked = controls()) {
  const element = (shown: RunsView) => (
    <RunsDashboard
      view={shown}
      jobs={2}
      terminal={{ columns, rows }}
      depth={1}
      clock={shown.now}
      keys={true}
      controls={asked}
      onClose={() => {}}
      onRepaint={() => {}}
    />
  );
  const app = render(element(view));
  return {
    ...frameOf(app),
    again: (next: RunsView) => app.rerender(element(next)),
  };
}

describe('the view of several runs', () => {
  it('counts their items and takes the mean of their metrics', () => {
    const view = whole();
    expect(phaseOf(view)).toBe('completed');
    expect(view).toMatchObject({ finished: 18, started: START });
    const { failed, results, means } = view;
    expect(failed).toBe(results.filter(({ problem }) => problem).length);
    const sides = results.flatMap(({ metrics }) => metrics.filter(({ name }) => name === 'SIDE'));
    expect(means.SIDE?.count).toBe(sides.length);
    expect(means.SIDE?.sum).toBeCloseTo(
      sides.reduce((sum, { value }) => sum + value, 0),
      9,
    );
    // each of the six has one sink that fails, of which people should know
    expect(view.log.map(({ part }) => part).sort()).toEqual(AWAITED.map(({ name }) => name));
  });

  it('takes those that wait into the time that is left', () => {
    const view = midway();
    const { share, left = 0 } = runsProgress(view, 2);
    const runs = [...view.runs.values()];
    expect(share).toBeCloseTo(runs.reduce((sum, run) => sum + run.step / run.total, 0) / 6, 9);
    // two of three seeds are still to come, with one pair of runs after the other
    const alone = runsProgress({ ...view, awaited: AWAITED.slice(0, 2) }, 2).left ?? 0;
    expect(left).toBeGreaterThan(2 * alone);
    expect(runsProgress(view, 1).left).toBeCloseTo(2 * left, -3);
    expect(runsProgress(empty(), 2)).toEqual({ share: 0 });
    expect(runsProgress(whole(), 2)).toEqual({ share: 1, left: 0 });
  });

  it.each([
    [160, 50],
    [80, 24],
    [60, 12],
    [40, 12],
    [30, 8],
  ])('fits a terminal of %i × %i', (columns, rows) => {
    const failed = viewAfter(events(0, { end: 'failed' }));
    for (const view of [empty(), midway(), whole(), failed]) {
      const lines = show(view, columns, rows).lines();
      expect(lines.length).toBeLessThanOrEqual(rows - 1);
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns - 1);
    }
    const [result] = whole().results;
    if (result) expect(widthOf(resultRow(result, columns - 1, PLAIN))).toBeLessThanOrEqual(columns - 1);
  });

  it('shows all of them and each at 80 × 24', () => {
    const lines = show(midway()).lines();
    expect(lines[0]).toMatch(/^● celeba {2}6 runs, 2 at once +onnx · 8 threads each/);
    expect(lines[1]).toMatch(/^ {2}all +━*╸?─+ +\d+ % {2}1 of 18 items +\d+:\d\d left$/);
    expect(lines[2]).toMatch(/^ {2}mean +.*SIDE \d/);
    expect(lines[3]).toMatch(/^─ runs ─+ 0 of 6 done ──$/);
    expect(lines[4]).toMatch(/^● seed-0\/items-0-2 ━+╸?─+ +\d+ % {2}2\/3 .* left$/);
    expect(lines[5]).toMatch(/^● seed-0\/items-3-5 ━*╸?─+ +\d+ % {2}1\/3 face-0001\.png .* left$/);
    expect(lines[6]).toBe('○ seed-1/items-0-2 waits');
    expect(lines.at(-1)).toMatch(/^p pause {2}c checkpoint {2}q quit +elapsed \d+:\d\d$/);
    const small = show(midway(), 60, 9).lines();
    expect(small).toContain('  and 4 more');
  });

  it('asks all of them to pause, continue, write a checkpoint, stop', async () => {
    const asked = controls();
    const view = midway();
    const app = show(view, 80, 24, asked);
    await app.press('p');
    expect(asked.pause).toHaveBeenCalledOnce();
    expect(app.lines().at(-1)).toContain('pausing after this pull');
    const paused = AWAITED.slice(0, 2).reduce(
      (state, { name }) => runsView(state, { kind: 'paused', time: view.now, part: name }),
      view,
    );
    app.again(paused);
    expect(app.lines()[0]).toContain('paused');
    expect(app.lines().at(-1)).toMatch(/^p continue .*elapsed/);
    await app.press('p');
    expect(asked.resume).toHaveBeenCalledOnce();
    await app.press('c');
    expect(asked.checkpoint).toHaveBeenCalledOnce();
    await app.press('q');
    expect(asked.quit).toHaveBeenCalledOnce();
    await app.press('\u0003');
    expect(asked.interrupt).toHaveBeenCalledOnce();
  });

  it('says in lines what ends, what people should know, and every ten seconds how far it is', () => {
    let state = { view: empty(), told: Number.NEGATIVE_INFINITY, jobs: 2 };
    const lines: string[] = [];
    for (const event of events(0)) {
      const told = runsLines(state, event, PLAIN);
      state = told.state;
      lines.push(...told.lines.map((line) => line.slice(9)));
    }
    expect(lines[0]).toMatch(/^seed-0\/items-0-2 started on onnx, 8 threads, 3 items, in \/nowhere$/);
    expect(lines.filter((line) => / finished in \d+:\d\d: .*SIDE \d/.test(line))).toHaveLength(
      6 - state.view.failed,
    );
    expect(lines.find((line) => line.includes('mesh failed'))).toMatch(
      /^seed-0\/items-\d-\d sink mesh failed: /,
    );
    const progress = lines.filter((line) => line.startsWith('progress'));
    expect(progress[3]).toMatch(
      /^progress +run \d+ %, \d+:\d\d.* left, .*, at face-0001\.png \S+, face-0001\.png \S+$/,
    );
    const seconds = (state.view.now - START) / 1000;
    expect(progress.length).toBeGreaterThan(seconds / 20);
    expect(progress.length).toBeLessThanOrEqual(seconds / 10 + 1);

    const quiet = { ...state, view: midway() };
    expect(runsQuiet(quiet, quiet.view.now + 9_000, PLAIN).lines).toEqual([]);
    expect(runsQuiet({ ...quiet, told: 0 }, quiet.view.now + 10_000, PLAIN).lines).toHaveLength(1);
  });

  it('ends with what became of them and the command that goes on', () => {
    expect(runsOutcome(whole(), 'again', PLAIN)).toEqual([
      expect.stringMatching(/^✓ completed 6 of 6 runs in \d+:\d\d:\d\d/),
    ]);
    const interrupted = viewAfter([...events(0), ...events(1, { end: 'interrupted' })]);
    const lines = runsOutcome(interrupted, 'npx gan2shape eval x', PLAIN);
    expect(lines[0]).toMatch(/^‖ interrupted after .*, completed 2 of 6 runs; the state is kept/);
    expect(lines.slice(1)).toEqual(['  to continue:', '  npx gan2shape eval x']);
    const failed = runsOutcome(viewAfter(events(0, { end: 'failed' })), 'again', PLAIN);
    expect(failed[0]).toMatch(/^✗ failed after .*; completed 0 of 6 runs/);
    expect(failed[1]).toMatch(/^ {2}seed-0\/items-0-2: /);
    expect(runsOutcome(midway(), 'again', PLAIN)).toEqual([]);
    const problem = { code: 'items-failed', message: 'All 3 items failed' };
    const hopeless = [0, 1, 2]
      .flatMap((seed) => events(seed))
      .map((event) =>
        event.kind === 'run-finished' ? ({ ...event, status: 'failed', problem } as const) : event,
      );
    expect(runsOutcome(viewAfter(hopeless), 'again', PLAIN)).toEqual([
      expect.stringMatching(/^✓ completed 6 of 6 runs/),
    ]);
  });
});

describe('openRunsView', () => {
  const output = (isTTY: boolean) => {
    const written = { text: '' };
    const stream = Object.assign(new EventEmitter(), {
      ...{ isTTY, columns: 80, rows: 24, getColorDepth: () => 1 },
      write: (text: string) => {
        written.text += text;
        return true;
      },
    });
    return { written, stdout: stream as unknown as NodeJS.WriteStream };
  };
  const stdin = Object.assign(new EventEmitter(), { isTTY: false }) as unknown as NodeJS.ReadStream;
  const options = {
    title: 'celeba',
    runs: AWAITED.slice(0, 2),
    jobs: 2,
    controls: controls(),
    stdin,
    env: {},
  };

  it('leaves results, the last frame and the outcome on a terminal', async () => {
    const { written, stdout } = output(true);
    await openRunsView(from(events(0)), { ...options, stdout, mode: 'dashboard' });
    expect(written.text.match(/✓ face-0001\.png .*seed-0\/items-3-5/g)).toHaveLength(1);
    expect(written.text).toMatch(/✓ completed 2 of 2 runs in \d+:\d\d\n$/);
  });

  it('writes JSON lines that name the run of each event', async () => {
    const { written, stdout } = output(false);
    await openRunsView(from(events(0)), { ...options, stdout, mode: 'json' });
    const lines = written.text.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(events(0));
  });

  it('passes on the error of the stream', async () => {
    const broken = throwError(() => new Error('no engine'));
    await expect(openRunsView(broken, { ...options, ...output(false) })).rejects.toThrow('no engine');
  });
});
