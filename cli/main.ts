#!/usr/bin/env node
import { CommanderError } from 'commander';
import { EXIT, printError } from './errors.ts';
import { createProgram } from './program.ts';

const debug = process.argv.includes('--debug');

// whoever reads the output has gone: a run keeps its state and ends, anything else just ends
process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
  if (cause.code === 'EPIPE') process.kill(process.pid, 'SIGTERM');
});
process.on('uncaughtException', (cause) => {
  process.exit(printError(cause, { json: false, debug }));
});

try {
  await createProgram().parseAsync();
} catch (cause) {
  if (!(cause instanceof CommanderError)) throw cause;
  process.exitCode = cause.exitCode === 0 ? EXIT.fine : EXIT.wrongInput;
}
