import { DownloadError } from '../runtime/download/errors.ts';
import { EngineError } from '../runtime/engine/errors.ts';
import { CheckpointError } from '../runtime/formats/errors.ts';
import { InvalidGraph, renderErrors } from '../runtime/graph/index.ts';
import { InvalidNodes } from '../runtime/registry.ts';
import { problemOf, RunError } from '../runtime/run/errors.ts';

/** What the exit code of a command says. */
export const EXIT = {
  fine: 0,
  failed: 1,
  wrongInput: 2,
  gate: 3,
  interrupted: 130,
  terminated: 143,
} as const;

/** Codes of problems that lie in what was asked for. */
export const WRONG_INPUT: ReadonlySet<string> = new Set([
  'bad-option',
  'folder-in-use',
  'not-a-run',
  'no-checkpoint',
  'no-network',
  'graph-changed',
  'items-changed',
  'run-alive',
  'unknown-item',
  'source-unreadable',
  'checkpoint-unreadable',
  'weight-mismatch',
  'unknown-engine',
  'engine-unavailable',
]);

/** An error as a command reports it. */
export interface Report {
  readonly exitCode: number;
  /** For people. */
  readonly text: string;
  /** For machines: what `--json` prints. */
  readonly json: unknown;
  /** Whether it is a fault of this program: then a stack helps. */
  readonly isBug: boolean;
}

/** What to say about an error, and the exit code that goes with it. */
export function reportOf(cause: unknown): Report {
  if (cause instanceof InvalidGraph) {
    const count = cause.errors.length;
    const text = `${renderErrors(cause.errors)}\n\n${count} error${count === 1 ? '' : 's'}`;
    return { exitCode: EXIT.wrongInput, text, json: { errors: cause.errors }, isBug: false };
  }
  if (cause instanceof InvalidNodes) {
    return { exitCode: EXIT.wrongInput, text: cause.message, json: { errors: cause.errors }, isBug: false };
  }
  if (cause instanceof CheckpointError) {
    const { code, problem: message, hint, file, offset, found, expected } = cause;
    const error = { code, message, hint, file, offset, found, expected };
    const text = `${cause.message} [${code}]`;
    return { exitCode: EXIT.wrongInput, text, json: { errors: [error] }, isBug: false };
  }
  if (cause instanceof DownloadError) {
    const { code, message, hint } = cause;
    const exitCode = WRONG_INPUT.has(code) ? EXIT.wrongInput : EXIT.failed;
    return {
      exitCode,
      text: `${message} [${code}]\n  ${hint}`,
      json: { errors: [{ code, message, hint }] },
      isBug: false,
    };
  }
  const problem = problemOf(cause);
  const known = cause instanceof RunError || cause instanceof EngineError;
  const text = [`${problem.message} [${problem.code}]`, ...(problem.hint ? [`  ${problem.hint}`] : [])].join(
    '\n',
  );
  return {
    exitCode: WRONG_INPUT.has(problem.code) ? EXIT.wrongInput : EXIT.failed,
    text,
    json: { errors: [problem] },
    isBug: problem.code === 'bug' || !known,
  };
}

/** Prints an error: text to stderr, with `json` its data to stdout; the stack only where it was asked for. */
export function printError(
  cause: unknown,
  { json, debug }: { readonly json: boolean; readonly debug: boolean },
): number {
  const { exitCode, text, json: data, isBug } = reportOf(cause);
  process.stderr.write(`${text}\n`);
  if (debug && cause instanceof Error) process.stderr.write(`${cause.stack}\n`);
  else if (isBug) process.stderr.write('  Run the command again with --debug to see where.\n');
  if (json) process.stdout.write(`${JSON.stringify(data)}\n`);
  return exitCode;
}
