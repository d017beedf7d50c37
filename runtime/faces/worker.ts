import { parentPort, workerData } from 'node:worker_threads';
import { problemOf } from '../run/errors.ts';
import type { FaceJob, FromFaceWorker } from './make-set.ts';
import { writeFace } from './write-face.ts';

/** Faces between two reports. */
const REPORT = 8;

/** A thread that makes every n-th face of a set. */
function main(): void {
  const port = parentPort;
  if (!port) return;
  const { folder, settings, first, step, count, stop } = workerData as FaceJob;
  const stopped = new Int32Array(stop);
  const send = (message: FromFaceWorker) => port.postMessage(message);
  try {
    let made = 0;
    let kept = 0;
    for (let index = first; index < count && Atomics.load(stopped, 0) === 0; index += step) {
      if (writeFace(folder, index, settings)) made++;
      else kept++;
      if (made < REPORT && kept < REPORT * 64) continue;
      send({ kind: 'progress', made, kept });
      made = 0;
      kept = 0;
    }
    send({ kind: 'progress', made, kept });
    send({ kind: 'done' });
  } catch (cause) {
    send({ kind: 'failed', problem: problemOf(cause) });
  }
}

main();
