import type { Checkpoints, RunState } from './checkpoint.ts';
import { diskProblem, problemOf } from './errors.ts';
import type { EventBus } from './event-bus.ts';
import type { RunFolder } from './folder.ts';
import type { SavedEntry } from './tensors.ts';

export interface SaverOptions {
  readonly checkpoints: Checkpoints;
  readonly folder: RunFolder;
  readonly bus: EventBus;
  /** Seconds between checkpoints. */
  readonly every: number;
  readonly state: () => RunState;
  readonly tensors: () => readonly SavedEntry[];
}

/** Decides when a checkpoint is due, and takes it. */
export class Saver {
  private last = performance.now();
  private lastState = '';
  private requested = false;

  constructor(private readonly options: SaverOptions) {}

  request(): void {
    this.requested = true;
  }

  get isDue(): boolean {
    return this.requested || performance.now() - this.last >= this.options.every * 1e3;
  }

  /** Takes a checkpoint unless nothing was done since the last. A full disk is reported, and the run goes on. */
  async save(): Promise<void> {
    const { checkpoints, folder, bus, state, tensors } = this.options;
    const asked = this.requested;
    this.requested = false;
    const started = performance.now();
    const now = state();
    const position = JSON.stringify([now.item, now.begun, now.evaluations, now.pulls]);
    if (position === this.lastState && !asked) return;
    try {
      const { path, bytes } = await checkpoints.write(now, tensors());
      await folder.writeJson('metrics.json', now.metrics);
      this.lastState = position;
      const milliseconds = performance.now() - started;
      bus.emit({ kind: 'checkpoint', path: folder.relative(path), step: now.pulls, bytes, milliseconds });
    } catch (cause) {
      if (!diskProblem(cause)) throw cause;
      bus.say(
        'error',
        `No checkpoint could be written. ${problemOf(cause).message}. The one before is intact.`,
      );
    }
    this.last = performance.now();
  }
}
