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

/** How to go on with a run; what is not here is as the run was started. */
export type ResumeOptions = Pick<
  RunOptions,
  'engine' | 'threads' | 'failFast' | 'checkpointEvery' | 'commands' | 'place'
>;

/** What is wrong with values that no run can have: a line each. */
export function wrongOptions({ seed = 0, threads = 1, checkpointEvery = 60 }: RunOptions): string[] {
  const wrong: string[] = [];
  if (!Number.isSafeInteger(seed) || seed < 0)
    wrong.push(`The seed is ${seed}; expected a whole number from 0 below 2^53`);
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS)
    wrong.push(`The number of threads is ${threads}; expected a whole number from 1 to ${MOST_THREADS}`);
  if (!(checkpointEvery > 0))
    wrong.push(`The seconds between checkpoints are ${checkpointEvery}; expected more than 0`);
  return wrong;
}

/** Throws RunError `bad-option` for such values, all at once. */
export function checkOptions(options: RunOptions): void {
  const wrong = wrongOptions(options);
  if (wrong.length > 0) throw new RunError('bad-option', wrong.join('\n'));
}
