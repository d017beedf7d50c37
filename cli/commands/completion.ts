import { Argument, Command } from 'commander';
import { action, print } from '../action.ts';
import { EXIT } from '../errors.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

export function completionCommand(program: Command): Command {
  const command = new Command('completion')
    .description('print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText(
      'after',
      '\nExamples:\n  $ gan2shape completion bash >> ~/.bashrc\n  $ gan2shape completion fish > ~/.config/fish/completions/gan2shape.fish',
    );
  return action(command, ([shell]) => {
    print(shell === 'fish' ? fish(program) : shell === 'zsh' ? zsh(program) : bash(program));
    return EXIT.fine;
  });
}

const flagsOf = (command: Command) => ['--help', ...command.options.flatMap(({ long }) => long ?? [])];

function bash(program: Command): string {
  const cases = program.commands.map((one) => `    ${one.name()}) words='${flagsOf(one).join(' ')}' ;;`);
  return `_gan2shape() {
  local word="\${COMP_WORDS[COMP_CWORD]}" words
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words='${program.commands.map((one) => one.name()).join(' ')} --help --version' ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words='${program.commands.map((one) => one.name()).join(' ')} --help --version'; fi
  case "$word" in
    -*) COMPREPLY=( $(compgen -W "$words" -- "$word") ) ;;
    *) if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=( $(compgen -W "$words" -- "$word") ); else COMPREPLY=( $(compgen -f -- "$word") ); fi ;;
  esac
}
complete -o filenames -F _gan2shape gan2shape`;
}

function zsh(program: Command): string {
  const escaped = (text: string) =>
    text.replaceAll("'", "'\\''").replaceAll(':', '\\:').replaceAll('[', '\\[').replaceAll(']', '\\]');
  const names = program.commands.map((one) => `'${one.name()}:${escaped(one.description())}'`);
  const cases = program.commands.map((one) => {
    const options = one.options.map(({ long, description }) => `'*${long}[${escaped(description)}]'`);
    return `    ${one.name()}) _arguments ${[...options, "'*:file:_files'"].join(' ')} ;;`;
  });
  return `#compdef gan2shape
_gan2shape() {
  if (( CURRENT == 2 )); then
    local -a commands=(${names.join(' ')})
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words; (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
compdef _gan2shape gan2shape`;
}

function fish(program: Command): string {
  const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  return program.commands
    .flatMap((one) => [
      `complete -c gan2shape -n __fish_use_subcommand -f -a ${one.name()} -d ${quote(one.description())}`,
      ...one.options.map(({ long, description }) => {
        const seen = quote(`__fish_seen_subcommand_from ${one.name()}`);
        return `complete -c gan2shape -n ${seen} -l ${long?.slice(2)} -d ${quote(description)}`;
      }),
    ])
    .join('\n');
}
