import { basename, join, resolve } from 'node:path';
import { defer, EMPTY, from, type Observable, switchMap } from 'rxjs';
import { formatDocument, type Graph, hashJson } from '../graph/index.ts';
import { Checkpoints } from './checkpoint.ts';
import { RunError } from './errors.ts';
import type { RunEvent } from './events.ts';
import { RunFolder, type RunRecord, stamp } from './folder.ts';
import { type RunJob, runJob } from './job.ts';
import { checkOptions, type ResumeOptions, type RunOptions } from './options.ts';
import { runInProcess } from './process.ts';
import { firstDifference } from './resume.ts';
import { runInThread } from './thread.ts';

const CHECKPOINT_EVERY = 60;

/**
 * Runs a checked graph. Nothing happens until the stream is subscribed to; every subscription is a run of its own.
 * Unsubscribing stops the run at the next safe point, between two pulls, and keeps its state in a checkpoint. The
 * stream ends with `run-finished`, whether the run is completed, interrupted or failed.
 *
 * Errors of the stream are what keeps a run from starting: RunError (`bad-option`, `folder-in-use`), EngineError
 * (`engine-unavailable`, `unknown-engine`).
 *
 * @example
 * const registry = await loadRegistry();
 * const graph = openGraph('graphs/examples/fit-image.json', { registry });
 * runGraph(graph, { folder: 'runs/first' }).subscribe((event) => console.log(event.kind));
 */
export function runGraph(graph: Graph, options: RunOptions = {}): Observable<RunEvent> {
  return defer(async () => {
    checkOptions(options);
    const { seed = 0, engine = 'auto', threads, items, registry = {} } = options;
    const name = basename(graph.file, '.json');
    const started = Date.now();
    const folder = resolve(options.folder ?? join('runs', `${name}-${stamp(started)}`));
    const record: RunRecord = {
      formatVersion: 1,
      run: basename(folder),
      started,
      graph: { name, hash: graph.hash, file: graph.file },
      seed,
      engine,
      ...(threads !== undefined && { threads }),
      ...(items && { items: [...items] }),
      workingFolder: process.cwd(),
      registry: absolute(registry),
    };
    await new RunFolder(folder).create(record, formatDocument(graph.document));
    return { ...jobOf({ folder, record, graph, resume: false, options }), notes: options.notes ?? [] };
  }).pipe(switchMap((job) => start(job, graph, options)));
}

/**
 * Goes on with a run from the newest checkpoint that is whole, or from the beginning where there is none yet.
 * `graph` must be the one that the run was started with: see `savedGraph`.
 *
 * Errors of the stream: RunError `not-a-run`, `graph-changed` (names the first difference), and those of `runGraph`.
 */
export function resumeGraph(folder: string, graph: Graph, options: ResumeOptions = {}): Observable<RunEvent> {
  return defer(async () => {
    checkOptions(options);
    const run = new RunFolder(folder);
    const { engine, threads, ...rest } = run.record();
    const record: RunRecord = {
      ...rest,
      engine: options.engine ?? engine,
      ...((options.threads ?? threads) !== undefined && { threads: (options.threads ?? threads) as number }),
    };
    const checkpoint = await new Checkpoints(run.checkpoints).newest();
    const began = checkpoint?.state.document ?? run.document();
    if (hashJson(began) !== graph.hash || record.graph.hash !== graph.hash) {
      const difference = firstDifference(began, graph.document) ?? 'graph.json was changed';
      throw new RunError(
        'graph-changed',
        `The graph is not the one that the run was started with: ${difference}`,
      );
    }
    return jobOf({ folder: run.path, record, graph, resume: true, options });
  }).pipe(switchMap((job) => start(job, graph, options)));
}

function jobOf({
  folder,
  record,
  graph,
  resume,
  options: { failFast = false, checkpointEvery = CHECKPOINT_EVERY },
}: {
  folder: string;
  record: RunRecord;
  graph: Graph;
  resume: boolean;
  options: ResumeOptions;
}): RunJob {
  return { folder, record, document: graph.document, resume, failFast, checkpointEvery, notes: [] };
}

function start(
  job: RunJob,
  graph: Graph,
  { commands = EMPTY, place = 'thread' }: ResumeOptions,
): Observable<RunEvent> {
  if (place === 'thread') return runInThread(job, from(commands));
  if (place === 'process') return runInProcess(job, from(commands));
  return runJob(job, { graph, commands, mainThreadGap: () => undefined });
}

function absolute({ nodes, builtIn }: NonNullable<RunOptions['registry']>): RunRecord['registry'] {
  return {
    ...(nodes && { nodes: nodes.map((folder) => resolve(folder)) }),
    ...(builtIn !== undefined && { builtIn: builtIn === null ? null : resolve(builtIn) }),
  };
}
