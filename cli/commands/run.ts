import { Command } from 'commander';
import { openGraph } from '../../runtime/graph/index.ts';
import { loadRegistry } from '../../runtime/registry.ts';
import { RunError } from '../../runtime/run/errors.ts';
import {
  action,
  type CommonOptions,
  collect,
  NODES_OPTION,
  namesOf,
  numberOf,
  SET_OPTION,
} from '../action.ts';
import { type PerformOptions, performRun, resumed, runOptions, type Start } from '../perform.ts';
import { reportRun } from '../report.ts';

interface RunCliOptions extends CommonOptions, PerformOptions {
  readonly set?: readonly string[];
  readonly seed?: number;
  readonly image?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly items?: readonly string[];
  readonly nodes?: readonly string[];
  readonly plain?: boolean;
}

export function runCommand(): Command {
  const command = new Command('run')
    .description('run a graph: a dashboard on a terminal, one line an event elsewhere')
    .argument('[graph]', 'path of a graph file, or name of an official graph; not needed with --resume')
    .option(...SET_OPTION, collect)
    .option('--image <file>', 'reconstruct this picture instead of those that the graph names')
    .option('--seed <number>', 'what everything random follows from (default: 0)', numberOf)
    .option('--engine <name>', 'what computes; `gan2shape doctor` lists them (default: auto)')
    .option('--threads <count>', 'threads of one operator on the CPU (default: every core)', numberOf)
    .option('--out <folder>', 'folder of the run (default: runs/GRAPH-TIME)')
    .option('--resume <run>', 'go on with the run in that folder')
    .option('--items <list>', 'items to run: names or places from 0, such as face1,face2 or 0..3', namesOf)
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
  $ gan2shape run graphs/synface-mini.json --image me.jpg
  $ gan2shape run my.json --set settings.steps=100 --seed 7 --out runs/short
  $ gan2shape run --resume runs/short`,
    );
  return action<RunCliOptions>(command, async ([graph], options) => {
    const begin =
      options.resume === undefined ? start(graph, options) : resume(options.resume, graph, options);
    const { code, folder } = await performRun(begin, options);
    if (folder !== undefined) await reportRun(folder, options);
    return code;
  });
}

function start(file: string | undefined, options: RunCliOptions): Start {
  if (file === undefined) {
    throw new RunError('bad-option', 'There is no graph to run', {
      hint: 'gan2shape run GRAPH, or --resume RUN.',
    });
  }
  return async (commands) => {
    const { seed, image, out, items, nodes = [], set = [] } = options;
    const notes = image === undefined ? [] : await (await import('../picture.ts')).lookAtPicture(image);
    const { runGraph } = await import('../../runtime/run/index.ts');
    const registry = await loadRegistry({ nodes });
    const graph = openGraph(file, { registry, set, ...(image !== undefined && { image }) });
    return runGraph(graph, {
      ...runOptions(options, commands),
      registry: { nodes },
      notes,
      ...(seed !== undefined && { seed }),
      ...(out !== undefined && { folder: out }),
      ...(items !== undefined && { items }),
    });
  };
}

function resume(run: string, file: string | undefined, options: RunCliOptions): Start {
  for (const name of ['image', 'seed', 'out', 'items'] as const) {
    if (options[name] === undefined) continue;
    throw new RunError(
      'bad-option',
      `--${name} belongs to a new run: a resumed one goes on as it was started`,
    );
  }
  return resumed(run, { ...options, ...(file !== undefined && { file }) });
}
