import { Observable, Subject } from 'rxjs';
import { useEngine as startEngine } from '../engine/index.ts';
import { checkGraph, type Graph, type JsonObject, loadDocument } from '../graph/index.ts';
import { loadRegistry } from '../registry.ts';
import { type Checkpoint, Checkpoints } from './checkpoint.ts';
import type { RunCommand } from './commands.ts';
import { RunError } from './errors.ts';
import { EventLog } from './event-log.ts';
import type { RunEvent } from './events.ts';
import { RunFolder, type RunRecord } from './folder.ts';
import { hold } from './lock.ts';
import { Performer } from './perform.ts';

/** A run as it is handed to the thread that does it: plain data. */
export interface RunJob {
  readonly folder: string;
  readonly record: RunRecord;
  /** The resolved graph. */
  readonly document: JsonObject;
  readonly resume: boolean;
  readonly failFast: boolean;
  readonly checkpointEvery: number;
  readonly notes: readonly string[];
}

export interface JobOptions {
  /** The checked graph, where the thread has it; else it is made from the document. */
  readonly graph?: Graph;
  readonly commands: Observable<RunCommand>;
  readonly mainThreadGap: () => number | undefined;
}

/** The run that has the engine of this thread. */
let busy = false;

/**
 * Does a run in this thread. Subscribing starts it; unsubscribing asks it to stop, and it goes on by itself to the
 * next safe point and its checkpoint. Errors are what keeps it from starting; later ones are events.
 */
export function runJob(job: RunJob, options: JobOptions): Observable<RunEvent> {
  return new Observable((subscriber) => {
    const commands = new Subject<RunCommand>();
    let asked: RunCommand | undefined;
    const forwarded = options.commands.subscribe((command) => {
      asked = command;
      commands.next(command);
    });
    const start = async () => {
      if (busy) throw new RunError('run-busy', 'Another run has the engine of this thread');
      busy = true;
      let release = () => {};
      try {
        release = hold(new RunFolder(job.folder).running);
        const performer = await prepare(job, { ...options, commands });
        performer.bus.events.subscribe({ next: (event) => subscriber.next(event) });
        if (asked) commands.next(asked);
        await new Promise<void>((resolve, reject) => {
          performer.run().subscribe({ complete: resolve, error: reject });
        });
      } finally {
        release();
        busy = false;
        forwarded.unsubscribe();
      }
    };
    start().then(
      () => subscriber.complete(),
      (cause) => subscriber.error(cause),
    );
    return () => {
      asked = 'stop';
      commands.next('stop');
    };
  });
}

async function prepare(job: RunJob, options: JobOptions): Promise<Performer> {
  const { record, failFast, checkpointEvery } = job;
  const folder = new RunFolder(job.folder);
  const graph = options.graph ?? (await graphOf(job));
  const notes = [...job.notes];
  const checkpoint = job.resume ? await newestCheckpoint(folder, notes) : undefined;
  const { threads } = record;
  const engine = await startEngine(record.engine, threads === undefined ? {} : { threads });
  if (checkpoint && checkpoint.state.engine !== engine.name) {
    notes.push(
      `The run was on the engine ${checkpoint.state.engine} and goes on on ${engine.name}: its numbers will differ in the last digits.`,
    );
  }
  const log = new EventLog(folder.events);
  const { commands, mainThreadGap } = options;
  return new Performer({
    ...{ graph, record, folder, engine, log, commands, failFast, checkpointEvery, mainThreadGap, notes },
    ...(checkpoint && { checkpoint }),
  });
}

async function newestCheckpoint(folder: RunFolder, notes: string[]): Promise<Checkpoint | undefined> {
  const checkpoint = await new Checkpoints(folder.checkpoints).newest((name, reason) => {
    notes.push(`The checkpoint ${name} is damaged (${reason}); the one before it is used.`);
  });
  if (!checkpoint) notes.push('There is no checkpoint yet: the run begins anew.');
  return checkpoint;
}

/** The graph as this thread makes it again: node types are functions, which do not pass from thread to thread. */
async function graphOf({ document, record }: RunJob): Promise<Graph> {
  const registry = await loadRegistry(record.registry);
  const { graph, errors } = checkGraph(loadDocument(document), registry);
  if (graph) return graph;
  const message = `The thread of the run cannot make the graph: ${errors[0]?.message}`;
  const hint = 'Say in `registry` where its node types are, or run it with place: "here".';
  throw new RunError('bad-option', message, { hint });
}
