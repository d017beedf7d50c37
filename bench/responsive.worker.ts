// Trains in a worker thread: compiles, then runs the number of steps it is sent, reporting how long each took.
import { parentPort, workerData } from 'node:worker_threads';
import { trainingStep } from './responsive.bench.ts';

const { threads } = workerData as { threads: number };
const step = await trainingStep(threads);
step();
parentPort?.on('message', (steps: number) => {
  const times = Array.from({ length: steps }, () => {
    const start = performance.now();
    step();
    return performance.now() - start;
  });
  parentPort?.postMessage(times);
});
parentPort?.postMessage('ready');
