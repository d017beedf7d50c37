import { join } from 'node:path';
import { writeFileAtomic } from '../formats/atomic.ts';
import { RunError, type RunErrorCode } from '../run/errors.ts';
import type { Problem } from '../run/events.ts';
import { startWorker } from '../start-worker.ts';
import { expectSettings, nameOf, openSet, type SetOptions, type SetSettings } from './set.ts';
import { writeSheets } from './sheet.ts';

/** What a thread is to make: faces `first`, `first + step`, … below `count`. */
export interface FaceJob {
  readonly folder: string;
  readonly settings: SetSettings;
  readonly first: number;
  readonly step: number;
  readonly count: number;
  /** One whole number of 32 bits; other than 0 asks the threads to stop. */
  readonly stop: SharedArrayBuffer;
}

export type FromFaceWorker =
  | { readonly kind: 'progress'; readonly made: number; readonly kept: number }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** How far a set is. */
export interface SetProgress {
  readonly count: number;
  /** Faces made now, and those that were there before. */
  readonly made: number;
  readonly kept: number;
}

export interface MakeOptions extends SetOptions {
  /** Threads that make faces; the faces do not depend on it. */
  readonly threads: number;
  readonly onProgress?: (progress: SetProgress) => void;
  /** Asks to stop: what is complete stays, and the same call goes on from there. */
  readonly signal?: AbortSignal;
}

/**
 * Makes a set of faces: `image/`, `depth/`, `mask/`, `parameters/`, `list.txt` and sheets to look at. Faces that are
 * complete are left as they are, so a set that was stopped goes on, and one can be made longer.
 *
 * @throws RunError bad-option, folder-in-use, disk-full, write-failed
 */
export async function makeSet(options: MakeOptions): Promise<SetProgress> {
  expectSettings(options);
  await openSet(options);
  const progress = await makeFaces(options);
  if (options.signal?.aborted) return progress;
  const { folder, count } = options;
  const list = Array.from({ length: count }, (_, index) => `${nameOf(index)}.png\n`).join('');
  await writeFileAtomic(join(folder, 'list.txt'), [Buffer.from(list)]);
  await writeSheets(options);
  return progress;
}

function makeFaces({
  folder,
  count,
  seed,
  size,
  threads,
  onProgress,
  signal,
}: MakeOptions): Promise<SetProgress> {
  const stop = new SharedArrayBuffer(4);
  const ask = () => Atomics.store(new Int32Array(stop), 0, 1);
  signal?.addEventListener('abort', ask, { once: true });
  if (signal?.aborted) ask();
  const step = Math.min(threads, count);
  let progress: SetProgress = { count, made: 0, kept: 0 };
  const one = (first: number) =>
    new Promise<void>((resolve, reject) => {
      const job: FaceJob = { folder, settings: { seed, size }, first, step, count, stop };
      const worker = startWorker(import.meta.url, job);
      worker.on('message', (message: FromFaceWorker) => {
        if (message.kind === 'done') resolve();
        else if (message.kind === 'failed') reject(asError(message.problem));
        else {
          progress = { count, made: progress.made + message.made, kept: progress.kept + message.kept };
          onProgress?.(progress);
        }
      });
      worker.on('error', reject);
      worker.on('exit', (code) => {
        if (code !== 0)
          reject(new RunError('worker-died', `A thread that makes faces ended with code ${code}`));
      });
    }).catch((cause) => {
      // the other threads have nothing to go on for
      ask();
      throw cause;
    });
  return Promise.allSettled(Array.from({ length: step }, (_, first) => one(first))).then((results) => {
    signal?.removeEventListener('abort', ask);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    return progress;
  });
}

function asError({ code, message, hint }: Problem): RunError {
  return new RunError(code as RunErrorCode, message, hint ? { hint } : {});
}
