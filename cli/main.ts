#!/usr/bin/env node
import { CommanderError } from 'commander';
import { EXIT } from './errors.ts';
import { createProgram } from './program.ts';

try {
  await createProgram().parseAsync();
} catch (cause) {
  if (!(cause instanceof CommanderError)) throw cause;
  process.exitCode = cause.exitCode === 0 ? EXIT.fine : EXIT.wrongInput;
}
