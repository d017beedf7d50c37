import { Command } from 'commander';
import { checkGraph, loadGraph, renderErrors } from '../../runtime/graph/index.ts';
import { loadRegistry } from '../../runtime/registry.ts';
import { action, type CommonOptions, collect, NODES_OPTION, print, SET_OPTION } from '../action.ts';
import { EXIT } from '../errors.ts';

interface CheckOptions extends CommonOptions {
  readonly nodes?: readonly string[];
  readonly set?: readonly string[];
}

export function checkCommand(): Command {
  const command = new Command('check')
    .description('validate graphs and report everything that is wrong with them')
    .argument('<graph...>', 'paths of graph files, or names of official graphs')
    .option(...SET_OPTION, collect)
    .option(...NODES_OPTION, collect)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gan2shape check graphs/examples/fit-image.json\n  $ gan2shape check my.json --set settings.size=128 --json',
    );
  return action<CheckOptions>(command, async (named, { json, nodes = [], set = [] }) => {
    const registry = await loadRegistry({ nodes });
    // a pattern such as graphs/*.json names the schema of graphs as well
    const files = named.length > 1 ? named.filter((file) => !file.endsWith('.schema.json')) : named;
    const results = files.map((file) => {
      const { graph, errors } = checkGraph(loadGraph(file, { set }), registry);
      return { graph: file, valid: errors.length === 0, ...(graph && { hash: graph.hash }), errors };
    });
    const wrong = results.filter(({ valid }) => !valid);
    if (json) print(JSON.stringify({ valid: wrong.length === 0, graphs: results }, null, 2));
    for (const { graph, valid, errors } of results) {
      if (!json && valid) print(`${graph}: valid`);
      if (!valid) process.stderr.write(`${renderErrors(errors)}\n\n`);
    }
    if (wrong.length === 0) return EXIT.fine;
    const count = wrong.reduce((sum, { errors }) => sum + errors.length, 0);
    process.stderr.write(
      `${count} error${count === 1 ? '' : 's'} in ${wrong.length} of ${results.length} graphs\n`,
    );
    return EXIT.wrongInput;
  });
}
