import type { Observable } from 'rxjs';
import type { EngineName } from '../engine/index.ts';
import type { RegistryOptions } from '../registry.ts';
import type { RunCommand } from './commands.ts';
import { RunError } from './errors.ts';

/** How to run a graph. */
export interface RunOptions {
  /** Folder of the run; by default `runs/GRAPH-TIME` in the working folder. It must not exist, or be empty. */
  readonly folder?: string;
  /** Everything random follows from it; a whole number from 0 below 2⁵³. Default 0. */
  readonly seed?: number;
  /** Default `auto`: the fastest that works. */
  readonly engine?: EngineName | 'auto' | (string & {});
  /** Threads of one operator on the CPU; by default every core. */
  readonly threads?: number;
  /** Items to run: names, places from 0, or `a..b` with both ends. Default all. */
  readonly items?: readonly string[];
  /** Whether the first item or sink that fails ends the run. Default false: it is reported, and the run goes on. */
  readonly failFast?: boolean;
  /** Seconds between checkpoints. Default 60. Others are taken at the end of every item, on request and at a stop. */
  readonly checkpointEvery?: number;
  /** What people should be warned of as it begins. */
  readonly notes?: readonly string[];
  /** What is asked of the run while it works. */
  readonly commands?: Observable<RunCommand>;
  /** Where the node types are that the graph was opened with. */
  readonly registry?: RegistryOptions;
  /**
   * Where the engine works. `thread` (default): one of its own. `process`: one of its own, which gives all its memory
   * back. `here`: this thread, which it keeps busy.
   */
  readonly place?: 'thread' | 'process' | 'here';
}

/** More threads than any machine has cores stop a machine, not a run. */
const MOST_THREADS = 256;

/** Throws RunError `bad-option` for a number of threads that nothing is done with. */
export function checkThreads(threads: number): void {
  if (Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS) return;
  const expected = `a whole number from 1 to ${MOST_THREADS}`;
  throw new RunError('bad-option', `The number of threads is ${threads}; expected ${expected}`);
}

/** How to go on with a run; what is not here is as the run was started. */
export type ResumeOptions = Pick<
  RunOptions,
  'engine' | 'threads' | 'failFast' | 'checkpointEvery' | 'commands' | 'place'
>;

/** Throws RunError `bad-option` for values that no run can have. */
export function checkOptions({ seed = 0, threads, checkpointEvery = 60 }: RunOptions): void {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RunError('bad-option', `The seed is ${seed}; expected a whole number from 0 below 2^53`);
  }
  if (threads !== undefined) checkThreads(threads);
  if (!(checkpointEvery > 0)) {
    throw new RunError(
      'bad-option',
      `The seconds between checkpoints are ${checkpointEvery}; expected more than 0`,
    );
  }
}
