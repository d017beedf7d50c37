import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../cli/program.ts';
import { InvalidGraph, openGraph, renderErrors } from '../../runtime/graph/index.ts';
import { loadRegistry } from '../../runtime/registry.ts';
import { cli } from '../cli/in-process.ts';
import { commandsIn, commandsOf, filesOf, type Shown } from './shown.ts';

const PAGES = [
  'README.md',
  'ARCHITECTURE.md',
  'KERNELS.md',
  'models/faces/README.md',
  ...readdirSync('docs').map((name) => `docs/${name}`),
];
const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync('package.json', 'utf8'));
const registry = await loadRegistry();

/** What is wrong with a command of npm. */
function wrongNpm([, command = '', name = '']: readonly string[]): string | undefined {
  const script = command === 'run' ? name : command;
  return command === 'ci' || script in scripts ? undefined : `package.json has no script "${script}"`;
}

/** What is wrong with the words after `gan2shape`: parsed as the program does, up to where it would begin. */
async function wrongUsage(args: readonly string[], inline: boolean): Promise<string | undefined> {
  const program = createProgram();
  let said = '';
  for (const command of [program, ...program.commands]) {
    command.configureOutput({
      writeErr: (text) => {
        said += text;
      },
    });
    if (command !== program) command.action(() => undefined);
  }
  try {
    // one letter stands for a number
    const given = args.map((word) => (/^[A-Z]$/.test(word) ? '1' : word));
    await program.parseAsync(given, { from: 'user' });
    return undefined;
  } catch (cause) {
    if (!(cause instanceof CommanderError)) throw cause;
    return inline && cause.code === 'commander.missingArgument' ? undefined : said;
  }
}

/** Whether a word stands for something of the reader's: RUN, GRAPH, my.json. */
const isPlaceholder = (word: string) => /^[A-Z.]+$/.test(word) || word === 'my.json';

/** What is wrong with the graphs that a command names, with the values that it gives them. */
function wrongGraphs([command = '', ...args]: readonly string[]): string | undefined {
  const files = args.filter((word) => /^(graphs|test)\/.*\.json$/.test(word));
  const missing = files.filter((file) => filesOf(file).length === 0);
  if (missing.length > 0) return `there is no ${missing.join(', ')}`;
  const [graph] = args;
  if (!['run', 'eval', 'check', 'graph'].includes(command) || !graph || /^-/.test(graph)) return undefined;
  if (isPlaceholder(graph)) return undefined;
  const set = args.filter((_, i) => args[i - 1] === '--set');
  const image = args[args.indexOf('--image') + 1];
  const named = filesOf(graph).filter((file) => !file.endsWith('.schema.json'));
  try {
    for (const file of named.length > 0 ? named : [graph])
      openGraph(file, { registry, set, ...(args.includes('--image') && image && { image }) });
  } catch (cause) {
    if (!(cause instanceof InvalidGraph)) throw cause;
    return renderErrors(cause.errors);
  }
  return undefined;
}

async function problems(shown: readonly Shown[]): Promise<string[]> {
  const found: string[] = [];
  for (const { at, words, inline } of shown) {
    const [tool, ...args] = words;
    const wrong = tool === 'npm' ? wrongNpm(words) : ((await wrongUsage(args, inline)) ?? wrongGraphs(args));
    if (wrong) found.push(`${at}: ${words.join(' ')}\n  ${wrong}`);
  }
  return found;
}

describe('what pages show', () => {
  it.each(PAGES)('%s: commands, options, scripts and graphs exist', async (page) => {
    expect(await problems(commandsOf(page))).toEqual([]);
  });

  it('README.md shows what one begins with', () => {
    const lines = commandsOf('README.md').map(({ words }) => words.slice(0, 2).join(' '));
    for (const command of createProgram().commands.map((one) => one.name())) {
      if (command === 'watch' || command === 'completion') continue;
      expect(lines).toContain(`gan2shape ${command}`);
    }
    expect(lines).toEqual(expect.arrayContaining(['npm ci', 'npm start', 'npm test']));
  });

  it.each(PAGES)('%s: what it links to is there', (page) => {
    const links = [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, to = '']) => to);
    const broken = links.filter((to) => !/^https?:/.test(to) && !existsSync(join(dirname(page), to)));
    expect(broken).toEqual([]);
  });

  it('npm start runs a graph that is there', async () => {
    const words = scripts.start?.replace('node dist/cli/main.js', 'gan2shape') ?? '';
    expect(await problems(commandsIn(words, 'package.json', false))).toEqual([]);
  });

  it.each(createProgram().commands.map((one) => one.name()))('the examples of %s --help', async (name) => {
    const { stdout } = await cli(name, '--help');
    const lines = stdout.split('\n').filter((line) => line.startsWith('  $ '));
    expect(await problems(lines.flatMap((line) => commandsIn(line.slice(4), name, false)))).toEqual([]);
  });
});

describe('the check itself', () => {
  it.each([
    ['gan2shape chek x', "unknown command 'chek'"],
    ['gan2shape run x.json --imgae y', "unknown option '--imgae'"],
    ['gan2shape synface out', 'too many arguments'],
    ['gan2shape check graphs/none.json', 'there is no graphs/none.json'],
    ['gan2shape run celebb', 'celebb'],
    ['gan2shape run celeba --set settings.lrr=1', 'lrr'],
    ['gan2shape run celeba --image me.jpg', 'picture-without-latent'],
    ['npm run nothing', 'no script "nothing"'],
  ])('sees what is wrong with %s', async (line, problem) => {
    const found = await problems(commandsIn(line, 'here', false));
    expect(found).toEqual([expect.stringContaining(problem)]);
  });

  it('splits as a shell does', () => {
    const words = commandsIn(`npm ci && npx gan2shape run 'a b' --set x='"y z"' # both`, 'here', false);
    expect(words.map((shown) => shown.words)).toEqual([
      ['npm', 'ci'],
      ['gan2shape', 'run', 'a b', '--set', 'x="y z"'],
    ]);
  });
});
