import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

/**
 * Starts the module `./worker` beside `module` (its `import.meta.url`) in a thread of its own. From the sources, the
 * thread first gets the loader that runs TypeScript; from dist/ it needs none.
 */
export function startWorker(module: string, workerData: unknown): Worker {
  if (!module.endsWith('.ts')) return new Worker(new URL('./worker.js', module), { workerData });
  const { resolve } = createRequire(module);
  const loader = new URL('./index.mjs', pathToFileURL(resolve('tsx/esm/api')));
  const file = new URL('./worker.ts', module);
  const start = `import('${loader}').then((tsx) => { tsx.register(); return import('${file}'); })`;
  return new Worker(start, { eval: true, workerData });
}
