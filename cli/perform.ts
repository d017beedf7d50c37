import { join } from 'node:path';
import { map, type Observable, Subject, tap } from 'rxjs';
import { openGraph } from '../runtime/graph/index.ts';
import { loadRegistry, type RegistryOptions } from '../runtime/registry.ts';
import { RunFolder } from '../runtime/run/folder.ts';
import type { ResumeOptions, RunCommand, RunEvent, RunOptions } from '../runtime/run/index.ts';
import { resumeCommand } from '../runtime/run/resume.ts';
import { EXIT, WRONG_INPUT } from './errors.ts';
import { onSignals } from './signals.ts';
import type { Controls } from './view/index.ts';

/** Begins a run that can be told what to do. */
export type Start = (commands: Observable<RunCommand>) => Promise<Observable<RunEvent>>;

/** What a run came to. */
export interface Performed {
  readonly code: number;
  /** The folder of the run; undefined where it never began. */
  readonly folder: string | undefined;
  readonly status: Extract<RunEvent, { kind: 'run-finished' }>['status'];
}

/** How a run is shown. */
export interface PerformView {
  readonly json?: boolean | undefined;
  readonly plain?: boolean | undefined;
  /** The command that goes on with what the run is part of; without it, the one that goes on with the run. */
  readonly goOn?: string;
}

/** Does a run and shows it, until it ends or a signal stops it. */
export async function performRun(begin: Start, { json, plain, goOn }: PerformView): Promise<Performed> {
  const commands = new Subject<RunCommand>();
  let folder: string | undefined;
  let code: number = EXIT.failed;
  let status: Performed['status'] = 'failed';
  const signals = onSignals({
    stop: () => {
      commands.next('stop');
      return folder !== undefined;
    },
    tooSlow: () =>
      folder === undefined
        ? ''
        : `The pull under way takes long; go on from the last checkpoint with\n  ${goOn ?? resumeCommand(folder)}`,
  });
  try {
    const events = (await begin(commands)).pipe(
      goingOnWith(goOn),
      tap((event) => {
        if (event.kind === 'run-started') folder = event.folder;
        if (event.kind !== 'run-finished') return;
        status = event.status;
        code = exitCodeOf(event, signals.code());
      }),
    );
    const { openView } = await import('./view/index.ts');
    await openView(events, {
      controls: controlsOf(commands),
      mode: json ? 'json' : plain ? 'plain' : 'auto',
    });
    return { code, folder, status };
  } finally {
    signals.release();
  }
}

/** How the keys of a view steer what listens to these commands. */
export const controlsOf = (commands: Subject<RunCommand>): Controls => ({
  pause: () => commands.next('pause'),
  resume: () => commands.next('continue'),
  checkpoint: () => commands.next('checkpoint'),
  quit: () => commands.next('stop'),
});

/** Lets a run that is interrupted tell the command that goes on with what it is part of, where there is one. */
export const goingOnWith = (goOn: string | undefined) =>
  map(
    (event: RunEvent): RunEvent =>
      goOn !== undefined && event.kind === 'run-finished' && event.resume
        ? { ...event, resume: goOn }
        : event,
  );

/** Options of the command line for how a run is done, as they stand in commander's options. */
export interface PerformOptions {
  readonly engine?: string;
  readonly threads?: number;
  readonly failFast?: boolean;
  readonly checkpointEvery?: number;
  readonly place?: RunOptions['place'];
}

/** These options as runs take them. */
export function runOptions(
  { engine, threads, failFast, checkpointEvery, place }: PerformOptions,
  commands: Observable<RunCommand>,
): ResumeOptions {
  return {
    commands,
    ...(engine !== undefined && { engine }),
    ...(threads !== undefined && { threads }),
    ...(failFast && { failFast }),
    ...(checkpointEvery !== undefined && { checkpointEvery }),
    ...(place && { place }),
  };
}

/** A run that goes on, with the graph that it has saved or another file of the same. */
export function resumed(
  run: string,
  options: PerformOptions & {
    readonly file?: string;
    readonly nodes?: readonly string[];
    readonly set?: readonly string[];
  },
): Start {
  return async (commands) => {
    const folder = new RunFolder(run);
    const { registry: known } = folder.record();
    const { nodes, set = [], file = join(folder.path, 'graph.json') } = options;
    const own: RegistryOptions = nodes ? { ...known, nodes } : known;
    const graph = openGraph(file, { registry: await loadRegistry(own), set });
    const { resumeGraph } = await import('../runtime/run/index.ts');
    return resumeGraph(run, graph, runOptions(options, commands));
  };
}

/** The exit code that the end of a run means. */
export function exitCodeOf(
  { status, failedItems, problem }: Extract<RunEvent, { kind: 'run-finished' }>,
  signal: number | undefined,
): number {
  if (status === 'interrupted') return signal ?? EXIT.interrupted;
  if (problem && WRONG_INPUT.has(problem.code)) return EXIT.wrongInput;
  return status === 'completed' && failedItems.length === 0 ? EXIT.fine : EXIT.failed;
}
