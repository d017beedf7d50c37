import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { Adam, compile, useEngine } from '../runtime/engine/index.ts';
import type { Benchmark } from './main.ts';
import { median } from './measure.ts';
import { encoderDecoder } from './networks.ts';

/** Milliseconds between two ticks of the main thread. */
const TICK = 10;
const STEPS = 5;
const GOAL = 50;
/** Makes a step take about a second on two cores. */
const BATCH = 12;

/** How long the terminal would stand still while the engine works. */
export const benchmark: Benchmark = {
  summary: `the largest gap between ticks every ${TICK} ms while an engine in a worker trains; goal below ${GOAL} ms`,
  async *run({ rounds, threads }) {
    const worker = startWorker(threads);
    const starting = await whileTicking(() => once(worker, 'message'));
    const notes = [`engine starts and compiles in a worker: ${describe(starting.gaps)}`];
    for (let round = 0; round < rounds; round++) {
      worker.postMessage(STEPS);
      const { gaps, result } = await whileTicking(() => once(worker, 'message'));
      const [times] = result as [number[]];
      notes.push(`${STEPS} steps in a worker, each ${median(times).toFixed(0)} ms: ${describe(gaps)}`);
    }
    await worker.terminate();
    const step = await trainingStep(threads);
    step();
    const { gaps } = await whileTicking(async () => {
      for (let i = 0; i < STEPS; i++) {
        step();
        await sleep(0);
      }
    });
    notes.push(`${STEPS} steps in the same thread, for comparison: ${describe(gaps)}`);
    yield {
      title: `Ticks every ${TICK} ms during training steps, goal: no gap above ${GOAL} ms`,
      results: [],
      notes,
    };
  },
};

/** Workers do not inherit the loader of TypeScript, so that this one registers it. */
function startWorker(threads: number): Worker {
  const file = JSON.stringify(new URL('./responsive.worker.ts', import.meta.url).href);
  const source = `import('tsx/esm/api').then(({ register }) => { register(); return import(${file}); })`;
  return new Worker(source, { eval: true, workerData: { threads } });
}

/** A training step of the encoder–decoder, ready to run. */
export async function trainingStep(threads: number): Promise<() => void> {
  await useEngine('onnx:cpu', { threads });
  const network = encoderDecoder();
  const optimizer = new Adam({ learningRate: 1e-4 });
  const images = tf.randomUniform([BATCH, 64, 64, 3]) as tf.Tensor4D;
  const step = compile((x: tf.Tensor4D) => {
    const { value, grads } = tf.variableGrads(
      () => tf.mean(tf.abs(network.apply(x))) as tf.Scalar,
      [...network.variables],
    );
    optimizer.applyGradients(grads);
    return value;
  });
  return () => step(images).dispose();
}

/** Runs `body` with a timer beside it; `gaps` are the times between its ticks. */
async function whileTicking<T>(body: () => Promise<T>): Promise<{ result: T; gaps: number[] }> {
  const gaps: number[] = [];
  let last = performance.now();
  const tick = () => {
    const now = performance.now();
    gaps.push(now - last);
    last = now;
  };
  const timer = setInterval(tick, TICK);
  try {
    const result = await body();
    tick();
    return { result, gaps };
  } finally {
    clearInterval(timer);
  }
}

function describe(gaps: readonly number[]): string {
  const sorted = [...gaps].sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(0);
  return `median gap ${at(0.5)} ms, 99 % below ${at(0.99)} ms, largest ${at(1)} ms (${sorted.length} ticks)`;
}
