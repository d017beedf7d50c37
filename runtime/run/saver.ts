import type { Checkpoints, RunState } from './checkpoint.ts';
import { diskProblem, type RunError } from './errors.ts';
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
  /** Why the last checkpoint could not be written; undefined where it could. */
  failure: RunError | undefined;

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
      this.failure = undefined;
      const milliseconds = performance.now() - started;
      bus.emit({ kind: 'checkpoint', path: folder.relative(path), step: now.pulls, bytes, milliseconds });
    } catch (cause) {
      this.failure = diskProblem(cause);
      if (!this.failure) throw cause;
      const before = checkpoints.hasAny ? 'The one before is intact' : 'There is none before';
      bus.say('error', `No checkpoint could be written. ${this.failure.message}. ${before}.`);
    }
    this.last = performance.now();
  }
}
