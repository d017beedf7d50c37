import { EventEmitter } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { from, Observable, Subject, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { openView } from '../../../cli/view/open.tsx';
import { PLAIN_START, plainLines, quietLines } from '../../../cli/view/plain.ts';
import { suitableMode } from '../../../cli/view/present.ts';
import { Screen } from '../../../cli/view/screen.ts';
import { styleFor } from '../../../cli/view/style.ts';
import type { RunEvent } from '../../../runtime/run/events.ts';
import { fixtureEvents } from './fixture.ts';

class FakeOutput extends EventEmitter {
  text = '';
  isTTY: boolean;
  columns = 80;
  rows = 24;
  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }
  write(text: string): boolean {
    this.text += text;
    return true;
  }
  getColorDepth(): number {
    return 1;
  }
  get stream(): NodeJS.WriteStream {
    return this as unknown as NodeJS.WriteStream;
  }
}
class FakeInput extends EventEmitter {
  isTTY = false;
  get stream(): NodeJS.ReadStream {
    return this as unknown as NodeJS.ReadStream;
  }
}

describe('the plain view', () => {
  const style = styleFor(1, { attributes: false });
  const linesOf = (events: Iterable<RunEvent>) => {
    let state = PLAIN_START;
    const all: { event: RunEvent; lines: string[] }[] = [];
    for (const event of events) {
      const next = plainLines(state, event, style);
      state = next.state;
      all.push({ event, lines: next.lines });
    }
    return all;
  };
  const told = linesOf(fixtureEvents({ scale: 0.2 }));
  const text = told.flatMap(({ lines }) => lines);

  it('says what happens in one line an event', () => {
    for (const { event, lines } of told)
      expect(lines.length).toBeLessThanOrEqual(event.kind === 'run-started' ? 2 : 1);
    for (const line of text) expect(stripVTControlCharacters(line)).toBe(line);
    const bare = text.map((line) => line.slice(9));
    expect(bare[0]).toBe('run        run celeba-0007 started on onnx: the fastest that works here');
    expect(bare).toContain('item       1/3 face-0001.png');
    expect(bare).toContain('stage      1/4 start: step1 ×120, step2 ×100, projected ×80, step3 ×80');
    expect(bare.find((line) => line.startsWith('step1'))).toMatch(
      /^step1 +\d+\/120, \d+\.\d pulls\/s, total1 \d\.\d+, .*run 0 %, \d+:\d\d left/,
    );
    expect(bare).toContain('sink       mesh failed: node mesh: no space left on the device (sink/no-space)');
    expect(bare.at(-1)).toMatch(/^run +completed after \d+:\d\d$/);
  });

  it('tells progress every ten seconds and where a turn ends', () => {
    let last = Number.NEGATIVE_INFINITY;
    for (const { event, lines } of told) {
      if (event.kind !== 'pull') continue;
      const due = event.time - last >= 10_000 || event.done === event.times;
      expect(lines.length).toBe(due ? 1 : 0);
      if (due) last = event.time;
    }
  });

  it('says every ten seconds that a pull goes on', () => {
    let state = PLAIN_START;
    const quiet = (clock: number) => {
      const next = quietLines(state, clock, style);
      state = next.state;
      return next.lines.map((line) => line.slice(9));
    };
    expect(quiet(1e12)).toEqual([]);
    for (const event of fixtureEvents({ scale: 0.2 })) {
      state = plainLines(state, event, style).state;
      if (event.kind === 'pull' && event.node === 'step2' && event.done >= 3) break;
    }
    const { now, pull } = state.view;
    expect(quiet(now + 9_000)).toEqual([]);
    const text = `pull ${(pull?.done ?? 0) + 1}/100, quiet for`;
    expect(quiet(now + 10_000)).toEqual([`step2      ${text} 0:10`]);
    expect(quiet(now + 19_000)).toEqual([]);
    expect(quiet(now + 75_000)).toEqual([`step2      ${text} 1:15`]);
  });

  it('keeps control characters out', () => {
    const [{ lines } = { lines: [] }] = linesOf([
      { kind: 'log', time: 0, level: 'error', message: 'a\u001b[2Jb\nc' },
    ]);
    expect(lines[0]?.slice(9)).toBe('error      a b c');
  });
});

describe('openView', () => {
  const events = () => from([...fixtureEvents({ scale: 0.02, items: 2, folder: '/nowhere' })]);

  it('chooses lines where there is no terminal', async () => {
    const terminal = { isTTY: true, columns: 80, rows: 24 };
    expect(suitableMode(terminal, { TERM: 'xterm' })).toBe('dashboard');
    expect(suitableMode(terminal, { TERM: 'dumb' })).toBe('plain');
    expect(suitableMode(terminal, { TERM: 'xterm', CI: 'true' })).toBe('plain');
    expect(suitableMode({ isTTY: false }, { TERM: 'xterm' })).toBe('plain');
    expect(suitableMode({ ...terminal, rows: 5 }, { TERM: 'xterm' })).toBe('plain');
    const stdout = new FakeOutput(false);
    await openView(events(), { stdout: stdout.stream, env: {} });
    expect(stdout.text).toContain('completed after');
    expect(stdout.text).not.toContain('\u001b');
  });

  it('writes JSON lines that are the events', async () => {
    const stdout = new FakeOutput(false);
    await openView(events(), { stdout: stdout.stream, mode: 'json' });
    const read = stdout.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent);
    expect(read).toEqual([...fixtureEvents({ scale: 0.02, items: 2, folder: '/nowhere' })]);
  });

  it('leaves the last frame, the finished items above it and the outcome below', async () => {
    const stdout = new FakeOutput(true);
    const before = stdout.write;
    await openView(events(), {
      stdout: stdout.stream,
      stdin: new FakeInput().stream,
      mode: 'dashboard',
      env: { TERM: 'xterm' },
    });
    expect(stdout.text).toContain('1/2 face-0001.png');
    expect(stdout.text).toContain('2/2 顔-0002.png');
    expect(stdout.text).toMatch(/✓ completed in \d+:\d\d\n.*results in \/nowhere/);
    for (const code of ['[2J', '[3J', '[?1049h']) expect(stdout.text).not.toContain(`\u001b${code}`);
    expect(stdout.text.lastIndexOf('\u001b[?25h')).toBeGreaterThan(stdout.text.lastIndexOf('\u001b[?25l'));
    expect(stdout.write).toBe(before);
    expect(stdout.listenerCount('resize')).toBe(0);
  });

  it('prints the command that continues an interrupted run', async () => {
    const stdout = new FakeOutput(true);
    const stopped = from([...fixtureEvents({ scale: 0.02, folder: '/nowhere', end: 'interrupted' })]);
    await openView(stopped, {
      stdout: stdout.stream,
      stdin: new FakeInput().stream,
      mode: 'dashboard',
      env: {},
    });
    expect(stdout.text).toMatch(/to continue:\n.*gan2shape run --resume \/nowhere/);
  });

  it('draws at most a few frames a second, subscribes once, and follows a resize', async () => {
    const stdout = new FakeOutput(true);
    const source = new Subject<RunEvent>();
    let subscriptions = 0;
    const counted = new Observable<RunEvent>((subscriber) => {
      subscriptions++;
      return source.subscribe(subscriber);
    });
    const shown = openView(counted, {
      stdout: stdout.stream,
      stdin: new FakeInput().stream,
      mode: 'dashboard',
      env: {},
    });
    const all = [...fixtureEvents({ scale: 0.02, folder: '/nowhere' })];
    for (const event of all.slice(0, 40)) source.next(event);
    stdout.columns = 60;
    stdout.rows = 20;
    stdout.emit('resize');
    for (const event of all.slice(40)) {
      source.next(event);
      if (event.kind === 'checkpoint') await new Promise((resolve) => setTimeout(resolve, 20));
    }
    source.complete();
    await shown;
    expect(subscriptions).toBe(1);
    expect(stdout.text.split('\u001b[?2026h').length).toBeLessThan(30);
  });

  it('puts the terminal in order and passes on the error of a stream', async () => {
    const stdout = new FakeOutput(true);
    const broken = throwError(() => new Error('the worker is gone'));
    const shown = openView(broken, {
      stdout: stdout.stream,
      stdin: new FakeInput().stream,
      mode: 'dashboard',
      env: {},
    });
    await expect(shown).rejects.toThrow('the worker is gone');
    expect(stdout.text.endsWith('\u001b[?25h')).toBe(true);
  });
});

describe('a screen', () => {
  const screen = () => {
    const terminal = { text: '', columns: 20, rows: 6, write: (text: string) => (terminal.text += text) };
    return { terminal, screen: new Screen(terminal) };
  };
  it('writes only what changed', () => {
    const { terminal, screen: drawn } = screen();
    drawn.write('one\ntwo\nthree');
    terminal.text = '';
    drawn.write('one\nTWO\nthree');
    expect(terminal.text).toBe('\u001b[?2026h\u001b[3A\r\n\u001b[1GTWO\u001b[K\n\n\u001b[?2026l');
    terminal.text = '';
    drawn.write('one\nTWO\nthree');
    expect(terminal.text).toBe('');
  });
  it('never draws a frame as high as the terminal', () => {
    const { terminal, screen: drawn } = screen();
    drawn.write('1\n2\n3\n4\n5\n6\n7\n8');
    expect(terminal.text).toContain('5');
    expect(terminal.text).not.toContain('6\u001b');
  });
  it('keeps panes apart: what stands beside a change is not written again', () => {
    const { terminal, screen: drawn } = screen();
    drawn.write(`${drawn.book.mark('left')}       ${drawn.book.mark('right')}`);
    terminal.text = '';
    drawn.write(`${drawn.book.mark('LEFT')}       ${drawn.book.mark('right')}`);
    expect(terminal.text).toBe('\u001b[?2026h\u001b[1A\r\u001b[1GLEFT    \n\u001b[?2026l');
  });
  it('erases as many rows as the frame takes after it was wrapped', () => {
    const { terminal, screen: drawn } = screen();
    drawn.write('123456789012345\nshort');
    terminal.columns = 10;
    terminal.text = '';
    drawn.resized();
    expect(terminal.text.startsWith('\u001b[3A\r')).toBe(true);
  });
});
