import { Command, Option } from 'commander';
import { openGraph } from '../../runtime/graph/index.ts';
import { loadRegistry } from '../../runtime/registry.ts';
import { action, type CommonOptions, collect, NODES_OPTION, print, SET_OPTION } from '../action.ts';
import { DRAWINGS, type Drawing } from '../draw.ts';
import { EXIT } from '../errors.ts';

interface GraphOptions extends CommonOptions {
  readonly format: Drawing;
  readonly nodes?: readonly string[];
  readonly set?: readonly string[];
}

export function graphCommand(): Command {
  const command = new Command('graph')
    .description('draw a graph, or print it with everything it extends resolved (--json)')
    .argument('<graph>', 'path of a graph file, or name of an official graph')
    .addOption(
      new Option('--format <format>', 'how to draw it').choices(Object.keys(DRAWINGS)).default('tree'),
    )
    .option(...SET_OPTION, collect)
    .option(...NODES_OPTION, collect)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gan2shape graph graphs/examples/fit-image.json\n  $ gan2shape graph my.json --format dot | dot -Tsvg > my.svg',
    );
  return action<GraphOptions>(command, async ([file = ''], { format, json, nodes = [], set = [] }) => {
    const graph = openGraph(file, { registry: await loadRegistry({ nodes }), set });
    if (json) print(JSON.stringify({ hash: graph.hash, document: graph.document }, null, 2));
    else print(DRAWINGS[format](graph));
    return EXIT.fine;
  });
}
