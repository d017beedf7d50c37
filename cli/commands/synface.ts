import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import type { SetProgress } from '../../runtime/faces/make-set.ts';
import { RunError } from '../../runtime/run/errors.ts';
import { action, type CommonOptions, numberOf, print } from '../action.ts';
import { EXIT } from '../errors.ts';
import { onSignals } from '../signals.ts';
import { formatCount, formatDuration, formatPercent } from '../view/format.ts';

interface SynfaceOptions extends CommonOptions {
  readonly out?: string;
  readonly count: number;
  readonly size: number;
  readonly seed: number;
  readonly threads?: number;
}

/** Milliseconds between two lines of progress, and between two changes of the line on a terminal. */
const EVERY = { plain: 5_000, terminal: 200 } as const;

export function synfaceCommand(): Command {
  const command = new Command('synface')
    .description('make a set of synthetic faces: images, depth maps, masks, parameters')
    .option('--out <folder>', 'folder of the set; one that was begun is gone on with')
    .option('--count <number>', 'how many faces', numberOf, 1000)
    .option('--size <pixels>', 'side of the images', numberOf, 64)
    .option('--seed <number>', 'which faces: 1 for training, 2 for tuning, 3 for tests', numberOf, 1)
    .option('--threads <count>', 'threads that make faces (default: every core)', numberOf)
    .addHelpText(
      'after',
      `
Face i of a seed is the same whatever the count. Ctrl-C stops; the same command goes on.

Examples:
  $ gan2shape synface --out data/faces/train --count 40000
  $ gan2shape synface --out data/faces/test --count 200 --seed 3`,
    );
  return action<SynfaceOptions>(command, (_, options) => make(options));
}

async function make({ out, count, size, seed, threads, json }: SynfaceOptions): Promise<number> {
  if (out === undefined)
    throw new RunError('bad-option', 'There is no folder to write to', { hint: 'Give --out FOLDER.' });
  const abort = new AbortController();
  const signals = onSignals({
    stop: () => {
      abort.abort();
      return true;
    },
    tooSlow: () => 'The threads do not stop; what is complete stays.',
  });
  const begun = performance.now();
  const teller = new Teller(json === true);
  try {
    const { makeSet } = await import('../../runtime/faces/make-set.ts');
    const { made, kept } = await makeSet({
      folder: out,
      count,
      size,
      seed,
      threads: threads ?? availableParallelism(),
      signal: abort.signal,
      onProgress: (progress) => teller.tell(progress),
    });
    teller.end();
    const milliseconds = performance.now() - begun;
    const stopped = abort.signal.aborted;
    if (json)
      print(JSON.stringify({ folder: out, count, size, seed, made, kept, milliseconds, complete: !stopped }));
    else if (stopped)
      print(
        `Stopped after ${formatCount(made + kept)} of ${formatCount(count)} faces; the same command goes on.`,
      );
    else {
      const before = kept > 0 ? `, ${formatCount(kept)} were there` : '';
      print(
        `${formatCount(made)} faces of ${size}×${size} in ${formatDuration(milliseconds)}${before}: ${out}`,
      );
    }
    return signals.code() ?? EXIT.fine;
  } finally {
    teller.end();
    signals.release();
  }
}

/** Says how far it is: on a terminal in one line that changes, elsewhere in lines now and then. */
class Teller {
  private readonly begun = performance.now();
  private last = this.begun;
  private open = false;

  constructor(private readonly silent: boolean) {}

  tell({ count, made, kept }: SetProgress): void {
    const now = performance.now();
    const terminal = process.stderr.isTTY === true;
    const over = made + kept === count;
    if (this.silent || (!over && now - this.last < EVERY[terminal ? 'terminal' : 'plain'])) return;
    this.last = now;
    const rate = made / ((now - this.begun) / 1000);
    const left = rate > 0 ? formatDuration(((count - made - kept) / rate) * 1000) : '–';
    const text = `${formatCount(made + kept)}/${formatCount(count)} faces, ${formatPercent((made + kept) / count)}, ${rate.toFixed(rate < 10 ? 1 : 0)} faces/s, ${left} left`;
    process.stderr.write(terminal ? `\r\x1b[2K${text}` : `${text}\n`);
    this.open = terminal;
  }

  /** Leaves the last line as it is. */
  end(): void {
    if (this.open) process.stderr.write('\n');
    this.open = false;
  }
}
