import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEvents } from '../../runtime/run/index.ts';
import { finalTensors, recorded } from './outcome.ts';

const CHILD = fileURLToPath(new URL('crash-child.ts', import.meta.url));

/** How one life of a run ended. */
export interface Life {
  readonly killed: boolean;
  /** Milliseconds from the first event of the run to the last thing heard of it. */
  readonly milliseconds: number;
}

/**
 * Starts or resumes the run in a process of its own, and kills it (SIGKILL) so many milliseconds after its first
 * event; without a number it lives to its end. Throws where it fails by itself.
 */
export function live(folder: string, pulls: number, killAfter?: number): Promise<Life> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', CHILD, folder, String(pulls)], {
      stdio: 'pipe',
    });
    let errors = '';
    let first = 0;
    let timer: NodeJS.Timeout | undefined;
    child.stderr.on('data', (text) => {
      errors += text;
    });
    child.stdout.on('data', () => {
      if (first > 0) return;
      first = performance.now();
      if (killAfter !== undefined) timer = setTimeout(() => child.kill('SIGKILL'), killAfter);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (signal === 'SIGKILL' || code === 0)
        resolve({ killed: code !== 0, milliseconds: performance.now() - first });
      else reject(new Error(`The run ended with code ${code}: ${errors}`));
    });
  });
}

/** What must be the same in the end, however often a run was killed. */
export function outcomeOf(folder: string): {
  tensors: Buffer;
  records: Map<number, string>;
  completed: boolean;
} {
  const events = parseEvents(readFileSync(join(folder, 'events.jsonl'), 'utf8'));
  const last = events.at(-1);
  const completed = last?.kind === 'run-finished' && last.status === 'completed';
  return { tensors: finalTensors(folder), records: recorded(folder), completed };
}

/** Why two outcomes differ; undefined where they do not. */
export function differenceOf(
  a: ReturnType<typeof outcomeOf>,
  b: ReturnType<typeof outcomeOf>,
): string | undefined {
  if (!b.completed) return 'the run did not complete';
  if (!a.tensors.equals(b.tensors)) return 'the final tensors differ';
  if (a.records.size !== b.records.size)
    return `${a.records.size} losses were recorded, then ${b.records.size}`;
  for (const [step, value] of a.records)
    if (b.records.get(step) !== value) return `the loss of step ${step} differs`;
  return undefined;
}
