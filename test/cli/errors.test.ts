import { describe, expect, it, vi } from 'vitest';
import { reportOf } from '../../cli/errors.ts';
import { onSignals } from '../../cli/signals.ts';
import { EngineError } from '../../runtime/engine/errors.ts';
import { RunError } from '../../runtime/run/errors.ts';

/** Calls what is from now on to be called when the process exits. */
function atExit(): () => void {
  const before = process.listeners('exit');
  return () => {
    for (const listener of process.listeners('exit').filter((one) => !before.includes(one))) {
      process.off('exit', listener);
      listener(0);
    }
  };
}

describe('signals', () => {
  const exits = () =>
    vi.spyOn(process, 'exit').mockImplementation((() => undefined) as unknown as typeof process.exit);

  it('the first asks to stop, the second ends the process', () => {
    const exit = exits();
    const leave = atExit();
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    let stops = 0;
    const signals = onSignals({ stop: () => ++stops > 0, tooSlow: () => 'resume it so' });
    process.emit('SIGINT');
    expect([stops, signals.code(), exit.mock.calls.length]).toEqual([1, 130, 0]);
    // what follows at once is npm, which passes the same one on
    process.emit('SIGINT');
    expect(exit).not.toHaveBeenCalled();
    const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 1_000);
    process.emit('SIGTERM');
    clock.mockRestore();
    expect(exit).toHaveBeenCalledWith(130);
    expect(write).not.toHaveBeenCalled();
    leave();
    expect(write.mock.calls).toEqual([['resume it so\n']]);
    signals.release();
    write.mockRestore();
    exit.mockRestore();
  });

  it('end the process where nothing runs yet, and where stopping takes too long', () => {
    vi.useFakeTimers();
    const exit = exits();
    const early = onSignals({ stop: () => false, tooSlow: () => '' });
    process.emit('SIGTERM');
    expect(exit).toHaveBeenLastCalledWith(143);
    early.release();
    exit.mockClear();
    const leave = atExit();
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const slow = onSignals({ stop: () => true, tooSlow: () => 'resume it so' });
    process.emit('SIGINT');
    vi.advanceTimersByTime(4_000);
    expect(exit).not.toHaveBeenCalled();
    vi.advanceTimersByTime(900);
    expect(exit).toHaveBeenCalledWith(130);
    leave();
    expect(write).toHaveBeenCalledWith('resume it so\n');
    slow.release();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
});

describe('errors', () => {
  it('have the exit code of what they are', () => {
    expect(reportOf(new RunError('not-a-run', 'x')).exitCode).toBe(2);
    expect(reportOf(new RunError('disk-full', 'x')).exitCode).toBe(1);
    expect(reportOf(new EngineError('unknown-engine', 'x')).exitCode).toBe(2);
    expect(reportOf(new EngineError('out-of-memory', 'x', { hint: 'Use less.' }))).toMatchObject({
      exitCode: 1,
      text: 'x [out-of-memory]\n  Use less.',
      json: { errors: [{ code: 'out-of-memory', message: 'x', hint: 'Use less.' }] },
    });
    expect(reportOf(new TypeError('x is undefined'))).toMatchObject({ exitCode: 1, isBug: true });
  });
});
