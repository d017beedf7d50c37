import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { render } from 'ink-testing-library';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Dashboard } from '../../../cli/view/dashboard.tsx';
import { EMPTY_VIEW, type RunView } from '../../../cli/view/run-view.ts';
import { runView } from '../../../cli/view/state.ts';
import { widthOf } from '../../../cli/view/width.ts';
import type { RunEvent } from '../../../runtime/run/events.ts';
import { writeFaces } from './faces.ts';
import { type FixtureOptions, fixtureEvents } from './fixture.ts';
import { frameOf } from './frame.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gan2shape-view-'));
  await writeFaces(folder, { items: 1, size: 32 });
});
afterAll(() => rm(folder, { recursive: true }));

const viewAt = (test: (event: RunEvent) => boolean, options: FixtureOptions = {}): RunView => {
  let view = EMPTY_VIEW;
  for (const event of fixtureEvents(options)) {
    view = runView(view, event);
    if (test(event)) break;
  }
  return view;
};
const midway = () => viewAt((event) => event.kind === 'pull' && event.node === 'step3' && event.step > 2600);
const controls = () => ({
  pause: vi.fn(),
  resume: vi.fn(),
  checkpoint: vi.fn(),
  quit: vi.fn(),
  interrupt: vi.fn(),
});

function show(
  view: RunView,
  columns: number,
  rows: number,
  more: Partial<Parameters<typeof Dashboard>[0]> = {},
) {
  const element = (shown: RunView) => (
    <Dashboard
      view={shown}
      terminal={{ columns, rows }}
      depth={1}
      clock={shown.now}
      folder={folder}
      keys={true}
      onClose={() => {}}
      onRepaint={() => {}}
      {...more}
    />
  );
  const app = render(element(view));
  return {
    ...app,
    ...frameOf(app),
    again: (next: RunView) => app.rerender(element(next)),
  };
}

describe('the dashboard', () => {
  it.each([
    [160, 50],
    [80, 24],
    [60, 20],
    [40, 12],
    [30, 8],
  ])('fits a terminal of %i × %i', (columns, rows) => {
    for (const view of [EMPTY_VIEW, midway(), viewAt(() => false), viewAt(() => false, { end: 'failed' })]) {
      const lines = show(view, columns, rows).lines();
      expect(lines.length).toBeLessThanOrEqual(rows - 1);
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns - 1);
    }
  });

  it('shows the run, its curves, its graph, its images and its log at 80 × 24', async () => {
    const { lines } = show(midway(), 80, 24);
    await vi.waitFor(() => expect(lines().slice(6, 12).join('')).toMatch(/[░▒▓█]{3}/), { timeout: 5000 });
    const [name, run, item, step] = lines() as [string, string, string, string];
    expect(name).toMatch(/^● celeba-0007 {2}celeba +onnx · 8 threads · 2\.1\d GB · seed 7$/);
    expect(run).toMatch(/run +━+╸?─+ +20 % {2}item 1\/3 face-0001\.png +\d+:\d\d:?\d* left/);
    expect(item).toMatch(/item +━+╸?─+ +\d+ % {2}stage 2\/4 refine-1 +\d+:\d\d left/);
    expect(step).toMatch(/step3 +━+╸?─+ +\d+ % {2}\d+\/200 pulls +8\.\d+ pulls\/s/);
    const text = lines().join('\n');
    expect(text).toMatch(/◆ SIDE +\d\.\d+ +\d\.\d+ ×10⁻²/);
    expect(text).toMatch(/total3 +0\.\d{4} +0\.\d{4} +[▁▂▃▄▅▆▇█]+/);
    expect(text).toMatch(/● step3/);
    expect(text).toMatch(/● {3}│ │ │ └ depthNet +▪ +\d\d %/);
    for (const caption of ['input', 'depth', 'normals', 'albedo', 'side view'])
      expect(text).toContain(caption);
    expect(text).toContain('checkpoint at pull 1 900, 412 MB');
    expect(lines().at(-1)).toMatch(/^tab pane {2}←→ preview {2}\? help {2}q close +elapsed .* saved/);
  });

  it('says for how long a pull has been quiet', () => {
    const view = midway();
    const [, , , step] = show(view, 80, 24, { clock: view.now + 95_000 }).lines();
    expect(step).toMatch(/step3 +━+╸?─+ +\d+ % {2}pull \d+\/200 +quiet for 1:35$/);
  });

  it('plots the chosen curve, names types and shows large images at 160 × 50', () => {
    const { lines } = show(midway(), 160, 50);
    const text = lines().join('\n');
    expect(lines()).toHaveLength(49);
    expect(lines()[0]).toContain('1 240 tensors');
    expect(text).toMatch(/ 1\.\d{3} ┤[\u2801-\u28ff]{2}/);
    expect(text).toMatch(/● └ total3 {2}loss\/weighted-sum +1 %/);
    // The testing library's terminal has 100 columns: blanks beyond them are not written.
    expect(text).toMatch(/input +0 *reconstruction +1900 *depth +1900/);
  });

  it('offers keys that steer only where it can', () => {
    expect(show(midway(), 100, 24, { controls: controls() }).lines().at(-1)).toMatch(
      /^p pause {2}c checkpoint .*q quit/,
    );
    expect(show(midway(), 100, 24, { keys: false }).lines().at(-1)).not.toContain('tab');
  });

  it('asks the run to pause, continue, write a checkpoint, stop', async () => {
    const asked = controls();
    const app = show(midway(), 80, 24, { controls: asked });
    await app.press('p');
    expect(asked.pause).toHaveBeenCalledOnce();
    expect(app.lines().at(-1)).toContain('pausing');
    app.again(runView(midway(), { kind: 'paused', time: midway().now }));
    await app.press('p');
    expect(asked.resume).toHaveBeenCalledOnce();
    await app.press('c');
    expect(asked.checkpoint).toHaveBeenCalledOnce();
    await app.press('\u0003');
    expect(asked.interrupt).toHaveBeenCalledOnce();
    await app.press('q');
    expect(asked.quit).toHaveBeenCalledOnce();
    expect(app.lines().at(-1)).toContain('the state is kept');
  });

  it('only closes the view of a run that it does not steer', async () => {
    const onClose = vi.fn();
    const app = show(midway(), 80, 24, { onClose });
    await app.press('p');
    await app.press('q');
    await app.press('\u0003');
    expect(onClose).toHaveBeenCalledTimes(2);
  });

  it('turns to one image, scrolls and helps', async () => {
    const app = show(midway(), 80, 24);
    await app.press('\u001b[C');
    expect(app.lines().join('\n')).toContain('1/6');
    expect(app.lines().join('\n')).not.toContain('albedo ');
    await app.press('\u001b[D');
    expect(app.lines().join('\n')).toContain('albedo');
    await app.press('\t');
    await app.press('\t');
    await app.press('\u001b[B');
    expect(app.lines().join('\n')).toContain('↑4');
    await app.press('?');
    expect(app.lines().join('\n')).toContain('all images, or each alone');
    await app.press('?');
    expect(app.lines().join('\n')).not.toContain('all images, or each alone');
  });

  it('shows all of its help, in small terminals by scrolling', async () => {
    const large = show(midway(), 80, 24);
    await large.press('?');
    const page = large.lines().join('\n');
    expect(page).toMatch(/next pane(.|\n)*a dim curve is not of the current step/);
    const small = show(midway(), 40, 10);
    await small.press('?');
    expect(small.lines().join('\n')).toContain('↓ more');
    for (let i = 0; i < 40; i++) await small.press('\u001b[B');
    expect(small.lines().join('\n')).toMatch(
      /metric;\s+a\s+dim\s+curve\s+is\s+not\s+of\s+the\s+current\s+step/,
    );
    expect(small.lines().join('\n')).toContain('↑ more');
  });

  it('names the failed node in the last frame', () => {
    const lines = show(
      viewAt(() => false, { end: 'failed' }),
      80,
      24,
    ).lines();
    expect(lines[0]).toMatch(/^✗ celeba-0007 {2}celeba {2}failed/);
    expect(lines.join('\n')).toMatch(/✗ +├ features/);
  });
});
