import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

/**
 * Starts the module `./worker` beside `module` (its `import.meta.url`) in a thread of its own. From the sources, the
 * thread first gets the loader that runs TypeScript; from dist/ it needs none.
 */
export function startWorker(module: string, workerData: unknown): Worker {
  if (!isSource(module)) return new Worker(new URL('./worker.js', module), { workerData });
  const loader = new URL('./index.mjs', pathToFileURL(createRequire(module).resolve('tsx/esm/api')));
  const file = new URL('./worker.ts', module);
  const start = `import('${loader}').then((tsx) => { tsx.register(); return import('${file}'); })`;
  return new Worker(start, { eval: true, workerData });
}

/**
 * Starts that module in a process of its own, which gets `data` as its first message and has its error output on a pipe.
 * Messages are cloned as those of threads are.
 */
export function startProcess(module: string, data: unknown): ChildProcess {
  const source = isSource(module);
  const loader = () => pathToFileURL(createRequire(module).resolve('tsx')).href;
  const child = fork(fileURLToPath(new URL(source ? './worker.ts' : './worker.js', module)), [], {
    execArgv: source ? ['--import', loader()] : [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  child.send(data as object, () => undefined);
  return child;
}

const isSource = (module: string) => module.endsWith('.ts');
