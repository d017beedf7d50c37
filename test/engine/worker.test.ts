import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';

/** The answer to a message, or the worker's error. */
async function answer(worker: Worker, message?: unknown): Promise<unknown> {
  if (message !== undefined) worker.postMessage(message);
  const [value] = await once(worker, 'message');
  return value;
}

/** Starts the fixture; workers of Vitest have no loader for TypeScript to inherit. */
function start(): Worker {
  const fixture = JSON.stringify(new URL('./worker.fixture.ts', import.meta.url).href);
  const source = `import('tsx/esm/api').then(({ register }) => { register(); return import(${fixture}); })`;
  return new Worker(source, { eval: true });
}

describe('the engine in a worker thread', () => {
  it('trains, answers, and ends', async () => {
    const worker = start();
    expect(await answer(worker)).toBe('ready');
    const first = (await answer(worker, 1)) as { losses: number[]; updates: number };
    expect(first).toMatchObject({ losses: [1], updates: 1 });
    const { losses, weight, updates } = (await answer(worker, 200)) as {
      losses: number[];
      weight: Float32Array;
      updates: number;
    };
    expect(updates).toBe(201);
    expect(losses.at(-1)).toBeLessThan(1e-3);
    const [a = 0, b = 0, c = 0] = weight;
    expect(a + 2 * b + 3 * c).toBeCloseTo(1, 1);
    expect(4 * a + 5 * b + 7 * c).toBeCloseTo(1, 1);
    expect(await worker.terminate()).toBe(1);
  });

  it('runs in two threads at once, each with variables of its own', async () => {
    const workers = [start(), start()];
    await Promise.all(workers.map((worker) => answer(worker)));
    const answers = await Promise.all(workers.map((worker) => answer(worker, 50)));
    expect(answers[0]).toMatchObject({ updates: 50 });
    expect(answers[1]).toEqual(answers[0]);
    await Promise.all(workers.map((worker) => worker.terminate()));
  });
});
