import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { RunError } from './errors.ts';

/** Who works in the folder of a run. */
interface Holder {
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly since: number;
}

const held = new Set<string>();

/**
 * Notes in a file that this process works in a folder, until the function that it gives is called. A note of a process
 * that is no more, by its number or since the machine started, counts for nothing. Throws RunError `run-alive`.
 */
export function hold(file: string): () => void {
  const note = JSON.stringify({ pid: process.pid, since: Date.now() } satisfies Holder);
  const write = () => writeFileSync(file, note, { flag: 'wx' });
  try {
    write();
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
    const holder = holderOf(file);
    if (holder && isAlive(holder, file)) {
      const since = new Date(holder.since).toISOString();
      throw new RunError('run-alive', `Process ${holder.pid} is doing this run since ${since}, says ${file}`);
    }
    rmSync(file, { force: true });
    write();
  }
  held.add(file);
  return () => {
    held.delete(file);
    rmSync(file, { force: true });
  };
}

function holderOf(file: string): Holder | undefined {
  try {
    const { pid, since } = JSON.parse(readFileSync(file, 'utf8'));
    return Number.isInteger(pid) && pid > 0 && Number.isFinite(since) ? { pid, since } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, since }: Holder, file: string): boolean {
  // in a container every process may have the same number, each time it is started
  if (pid === process.pid) return held.has(file);
  if (since < Date.now() - uptime() * 1e3) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
}
