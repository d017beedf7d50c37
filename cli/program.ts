import { Command } from 'commander';
import { checkCommand } from './commands/check.ts';
import { completionCommand } from './commands/completion.ts';
import { doctorCommand } from './commands/doctor.ts';
import { downloadCommand } from './commands/download.ts';
import { evalCommand } from './commands/eval.ts';
import { exportCommand } from './commands/export.ts';
import { graphCommand } from './commands/graph.ts';
import { inspectCommand } from './commands/inspect.ts';
import { nodesCommand } from './commands/nodes.ts';
import { projectCommand } from './commands/project.ts';
import { reportCommand } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { synfaceCommand } from './commands/synface.ts';
import { watchCommand } from './commands/watch.ts';
import { packageVersion } from './package.ts';

/** The command line, without anything parsed. Wrong usage throws a CommanderError after it was printed. */
export function createProgram(): Command {
  const program = new Command('gan2shape')
    .description('3D shape from 2D GANs: runs graphs of typed nodes')
    .version(packageVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help of a command')
    .addHelpText(
      'after',
      `
Exit codes: 0 fine, 1 failed while working, 2 the input is wrong, 3 a metric gate failed, 130/143 interrupted

Examples:
  $ gan2shape run graphs/examples/fit-image.json
  $ gan2shape check my.json
  $ gan2shape nodes optimizer/adam`,
    );
  for (const command of [
    runCommand(),
    evalCommand(),
    checkCommand(),
    graphCommand(),
    nodesCommand(),
    projectCommand(),
    inspectCommand(),
    exportCommand(),
    downloadCommand(),
    synfaceCommand(),
    doctorCommand(),
    watchCommand(),
    reportCommand(),
  ]) {
    program.addCommand(command);
  }
  program.addCommand(completionCommand(program));
  for (const command of [program, ...program.commands]) command.showSuggestionAfterError(true).exitOverride();
  return program;
}
