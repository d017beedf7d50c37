import { CommanderError } from 'commander';
import { createProgram } from '../../cli/program.ts';

/** What a command printed, and its exit code. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process. */
export async function cli(...args: string[]): Promise<Outcome> {
  const written = { stdout: '', stderr: '' };
  const originals = { stdout: process.stdout.write, stderr: process.stderr.write };
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].write = ((text: string | Uint8Array) => {
      written[name] += text;
      return true;
    }) as typeof process.stdout.write;
  }
  process.exitCode = undefined;
  try {
    const program = createProgram();
    for (const command of [program, ...program.commands]) {
      command.configureOutput({
        writeErr: (text) => process.stderr.write(text),
        writeOut: (text) => process.stdout.write(text),
      });
    }
    await program.parseAsync(args, { from: 'user' });
    return { code: Number(process.exitCode ?? 0), ...written };
  } catch (cause) {
    if (!(cause instanceof CommanderError)) throw cause;
    return { code: cause.exitCode === 0 ? 0 : 2, ...written };
  } finally {
    Object.assign(process.stdout, { write: originals.stdout });
    Object.assign(process.stderr, { write: originals.stderr });
    process.exitCode = undefined;
  }
}
