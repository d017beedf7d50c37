import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { type Observable, Subject, tap } from 'rxjs';
import { openGraph } from '../../runtime/graph/index.ts';
import { loadRegistry, type RegistryOptions } from '../../runtime/registry.ts';
import { RunError } from '../../runtime/run/errors.ts';
import { RunFolder } from '../../runtime/run/folder.ts';
import type { ResumeOptions, RunCommand, RunEvent } from '../../runtime/run/index.ts';
import { resumeCommand } from '../../runtime/run/resume.ts';
import { action, type CommonOptions, collect, NODES_OPTION, SET_OPTION } from '../action.ts';
import { EXIT, WRONG_INPUT } from '../errors.ts';
import { onSignals } from '../signals.ts';

interface RunCliOptions extends CommonOptions {
  readonly set?: readonly string[];
  readonly seed?: number;
  readonly engine?: string;
  readonly threads?: number;
  readonly out?: string;
  readonly resume?: string;
  readonly items?: string;
  readonly nodes?: readonly string[];
  readonly failFast?: boolean;
  readonly checkpointEvery?: number;
  readonly plain?: boolean;
}

export function runCommand(): Command {
  const command = new Command('run')
    .description('run a graph: a dashboard on a terminal, one line an event elsewhere')
    .argument('[graph]', 'path of a graph file, or name of an official graph; not needed with --resume')
    .option(...SET_OPTION, collect)
    .option('--seed <number>', 'what everything random follows from (default: 0)', numberOf)
    .option('--engine <name>', 'what computes; `gan2shape doctor` lists them (default: auto)')
    .option('--threads <count>', 'threads of one operator on the CPU (default: every core)', numberOf)
    .option('--out <folder>', 'folder of the run (default: runs/GRAPH-TIME)')
    .option('--resume <run>', 'go on with the run in that folder')
    .option('--items <list>', 'items to run: names or places from 0, such as face1,face2 or 0..3')
    .option('--fail-fast', 'end the run at the first item or sink that fails')
    .option('--checkpoint-every <seconds>', 'time between checkpoints (default: 60)', numberOf)
    .option('--plain', 'one line an event instead of the dashboard')
    .option(...NODES_OPTION, collect)
    .addHelpText(
      'after',
      `
Ctrl-C writes a checkpoint and prints the command that resumes; a second one ends at once.

Examples:
  $ gan2shape run graphs/examples/fit-image.json
  $ gan2shape run my.json --set settings.steps=100 --seed 7 --out runs/short
  $ gan2shape run --resume runs/short`,
    );
  return action<RunCliOptions>(command, ([graph], options) =>
    perform(
      options.resume === undefined ? start(graph, options) : resume(options.resume, graph, options),
      options,
    ),
  );
}

type Start = (commands: Observable<RunCommand>) => Promise<Observable<RunEvent>>;

function start(file: string | undefined, options: RunCliOptions): Start {
  if (file === undefined) {
    throw new RunError('bad-option', 'There is no graph to run', {
      hint: 'gan2shape run GRAPH, or --resume RUN.',
    });
  }
  return async (commands) => {
    const { seed, out, items, nodes = [], set = [] } = options;
    const { runGraph } = await import('../../runtime/run/index.ts');
    const graph = openGraph(file, { registry: await loadRegistry({ nodes }), set });
    return runGraph(graph, {
      ...common(options, commands),
      registry: { nodes },
      ...(seed !== undefined && { seed }),
      ...(out !== undefined && { folder: out }),
      ...(items !== undefined && { items: items.split(',').filter(Boolean) }),
    });
  };
}

function resume(run: string, file: string | undefined, options: RunCliOptions): Start {
  for (const name of ['seed', 'out', 'items'] as const) {
    if (options[name] === undefined) continue;
    throw new RunError(
      'bad-option',
      `--${name} belongs to a new run: a resumed one goes on as it was started`,
    );
  }
  return async (commands) => {
    const folder = new RunFolder(run);
    const { registry: known } = folder.record();
    const own: RegistryOptions = options.nodes ? { ...known, nodes: options.nodes } : known;
    const path = file ?? join(folder.path, 'graph.json');
    const graph = openGraph(path, { registry: await loadRegistry(own), set: options.set ?? [] });
    const { resumeGraph } = await import('../../runtime/run/index.ts');
    return resumeGraph(run, graph, common(options, commands));
  };
}

function common(
  { engine, threads, failFast, checkpointEvery }: RunCliOptions,
  commands: Observable<RunCommand>,
): ResumeOptions {
  return {
    commands,
    ...(engine !== undefined && { engine }),
    ...(threads !== undefined && { threads }),
    ...(failFast && { failFast }),
    ...(checkpointEvery !== undefined && { checkpointEvery }),
  };
}

async function perform(begin: Start, { json, plain }: RunCliOptions): Promise<number> {
  const commands = new Subject<RunCommand>();
  let folder: string | undefined;
  let code: number = EXIT.failed;
  const signals = onSignals({
    stop: () => {
      commands.next('stop');
      return folder !== undefined;
    },
    tooSlow: () =>
      folder === undefined
        ? ''
        : `The pull under way takes long; go on from the last checkpoint with\n  ${resumeCommand(folder)}`,
  });
  try {
    const events = (await begin(commands)).pipe(
      tap((event) => {
        if (event.kind === 'run-started') folder = event.folder;
        if (event.kind === 'run-finished') code = exitCodeOf(event, signals.code());
      }),
    );
    const controls = {
      pause: () => commands.next('pause'),
      resume: () => commands.next('continue'),
      checkpoint: () => commands.next('checkpoint'),
      quit: () => commands.next('stop'),
    };
    const { openView } = await import('../view/index.ts');
    await openView(events, { controls, mode: json ? 'json' : plain ? 'plain' : 'auto' });
    return code;
  } finally {
    signals.release();
  }
}

function exitCodeOf(
  { status, failedItems, problem }: Extract<RunEvent, { kind: 'run-finished' }>,
  signal: number | undefined,
): number {
  if (status === 'interrupted') return signal ?? EXIT.interrupted;
  if (problem && WRONG_INPUT.has(problem.code)) return EXIT.wrongInput;
  return status === 'completed' && failedItems.length === 0 ? EXIT.fine : EXIT.failed;
}

function numberOf(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It is no number.');
  return value;
}
