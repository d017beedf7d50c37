import { type Command, InvalidArgumentError } from 'commander';
import { RunError } from '../runtime/run/errors.ts';
import { printError } from './errors.ts';

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly debug?: boolean;
}

/**
 * Makes `body` the action of a command: what it gives is the exit code, what it throws is printed. `--json` and
 * `--debug` are added.
 */
export function action<Options extends CommonOptions>(
  command: Command,
  body: (args: readonly string[], options: Options) => number | Promise<number>,
): Command {
  const unread = collectUnread(command);
  return command
    .option('--json', 'print data for machines')
    .option('--debug', 'show where in the program an error comes from')
    .action(async () => {
      const options = command.opts<Options>();
      try {
        if (unread.length > 0) throw new RunError('bad-option', unread.join('\n'));
        process.exitCode = await body(command.args, options);
      } catch (cause) {
        process.exitCode = printError(cause, { json: options.json === true, debug: options.debug === true });
      }
    });
}

/** Lets values of options that cannot be read be told all at once, where the parser would end at the first. */
function collectUnread(command: Command): readonly string[] {
  const unread: string[] = [];
  for (const option of command.options) {
    const { parseArg: read } = option;
    if (!read) continue;
    option.argParser<unknown>((value, before) => {
      try {
        return read(value, before);
      } catch (cause) {
        if (!(cause instanceof InvalidArgumentError)) throw cause;
        unread.push(`${option.long} ${value}: ${cause.message}`);
        return before;
      }
    });
  }
  return unread;
}

/** Collects the values of an option that may be given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** Reads the value of an option that is a number. */
export function numberOf(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It is no number.');
  return value;
}

/** Reads the value of an option that lists names, with commas between them. */
export function namesOf(text: string): string[] {
  const names = text.split(',').filter(Boolean);
  if (names.length === 0) throw new InvalidArgumentError('It names none.');
  return names;
}

/** Where node types come from besides the built-in ones. */
export const NODES_OPTION = [
  '--nodes <folder>',
  'a folder of further node files; may be given several times',
] as const;

export const SET_OPTION = [
  '--set <path=json>',
  'override a value of the graph, such as settings.steps=100; may be given several times',
] as const;

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Text in columns: every column as wide as its widest cell. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => widest(rows.map((row) => row[i] ?? '')));
  const line = (row: readonly string[]) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

/** The length of the longest text. There may be more texts than a call takes arguments. */
export function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, text.length), 0);
}
