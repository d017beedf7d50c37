/**
 * Plays a made-up run on the terminal, to look at the views:
 * `npx tsx test/cli/view/demo.tsx [--speed 20] [--mode auto] [--end completed] [--scale 1] [--items 3] [--watch]`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Subject } from 'rxjs';
import { openView, type ViewMode } from '../../../cli/view/index.ts';
import type { RunEvent } from '../../../runtime/run/events.ts';
import { writeFaces } from './faces.ts';
import { type FixtureOptions, fixtureEvents } from './fixture.ts';

const { values } = parseArgs({
  options: {
    speed: { type: 'string', default: '20' },
    mode: { type: 'string', default: 'auto' },
    end: { type: 'string', default: 'completed' },
    scale: { type: 'string', default: '1' },
    items: { type: 'string', default: '3' },
    watch: { type: 'boolean', default: false },
  },
});
const speed = Number(values.speed);
const items = Number(values.items);
const folder = await mkdtemp(join(tmpdir(), 'gan2shape-demo-'));
await writeFaces(folder, { items });

const events = new Subject<RunEvent>();
const start = Date.now();
const state = { paused: false, quit: false };
const controls = {
  pause: () => {
    state.paused = true;
    events.next({ kind: 'paused', time: Date.now() });
  },
  resume: () => {
    state.paused = false;
    events.next({ kind: 'continued', time: Date.now() });
  },
  checkpoint: () => {
    const time = Date.now();
    events.next({
      kind: 'checkpoint',
      time,
      path: 'checkpoints/now',
      step: 0,
      bytes: 412_000_000,
      milliseconds: 640,
    });
  },
  quit: () => {
    state.quit = true;
    state.paused = false;
  },
};

async function play(): Promise<void> {
  const end = values.end as NonNullable<FixtureOptions['end']>;
  let late = 0;
  for (const event of fixtureEvents({ items, scale: Number(values.scale), start, folder, end })) {
    const due = () => start + late + (event.time - start) / speed - Date.now();
    while ((due() > 4 || state.paused) && !state.quit) {
      const wait = state.paused ? 50 : Math.min(50, due());
      await new Promise((resolve) => setTimeout(resolve, wait));
      if (state.paused) late += wait;
    }
    if (state.quit) {
      const resume = `npx gan2shape run --resume ${folder}`;
      events.next({
        kind: 'run-finished',
        time: Date.now(),
        status: 'interrupted',
        milliseconds: Date.now() - start,
        failedItems: [],
        resume,
      });
      break;
    }
    events.next({ ...event, time: Date.now() });
  }
  events.complete();
}

const shown = openView(events, {
  mode: values.mode as ViewMode,
  folder,
  ...(values.watch ? {} : { controls }),
});
void play();
await shown;
state.quit = true;
await rm(folder, { recursive: true });
