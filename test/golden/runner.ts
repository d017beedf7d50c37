import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { type ActiveEngine, useEngine as startEngine } from '../../runtime/engine/index.ts';
import { HANDLERS } from './cases/index.ts';
import { Check } from './check.ts';
import { FixtureError, findCases, GoldenCase } from './fixture.ts';
import { caseLine, type Outcome, passed, summary } from './report.ts';

const USAGE = 'usage: npm run golden -- DIR [--engine onnx|cpu|tensorflow|auto|…] [--only NAME]…';

interface Request {
  readonly folders: readonly string[];
  readonly engine: string;
}

function readRequest(argv: readonly string[]): Request {
  const options = { engine: { type: 'string' }, only: { type: 'string', multiple: true } } as const;
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  const [directory, ...rest] = positionals;
  if (!directory || rest.length > 0) throw new FixtureError(USAGE);
  const all = findCases(directory);
  const folders = values.only ? all.filter((folder) => values.only?.includes(basename(folder))) : all;
  const missing = values.only?.find((name) => !all.some((folder) => basename(folder) === name));
  if (missing)
    throw new FixtureError(
      `no case ${missing} in ${directory}; it has ${all.map((f) => basename(f)).join(', ')}`,
    );
  return { folders, engine: values.engine ?? 'onnx' };
}

async function runCase(folder: string): Promise<Outcome> {
  const name = basename(folder);
  const start = performance.now();
  let check: Check | undefined;
  let error: string | undefined;
  tf.engine().startScope();
  try {
    const golden = new GoldenCase(folder);
    const handler = HANDLERS.find((candidate) => candidate.matches(golden));
    if (!handler) throw new Error(`nothing here knows a case of ${golden.reference}`);
    check = new Check(golden);
    await handler.run(golden, check);
    check.finish();
  } catch (thrown) {
    error = thrown instanceof Error ? thrown.message : String(thrown);
  } finally {
    tf.engine().endScope();
  }
  const seconds = (performance.now() - start) / 1000;
  const { comparisons = [], waived = [] } = check ?? {};
  return { name, comparisons, waived, seconds, ...(error && { error }) };
}

/** Where the runner prints to: results, and errors of the request itself. */
export interface Output {
  result(line: string): void;
  error(line: string): void;
}

/**
 * Runs the cases of a folder and gives the exit code: 0 where all that ran agrees, 1 where something does not,
 * 2 where the request makes no sense.
 */
export async function runGolden(argv: readonly string[], output: Output): Promise<0 | 1 | 2> {
  let request: Request;
  let engine: ActiveEngine;
  try {
    request = readRequest(argv);
    engine = await startEngine(request.engine);
  } catch (thrown) {
    output.error(`golden: ${thrown instanceof Error ? thrown.message : thrown}`);
    return 2;
  }
  output.result(`engine ${engine.name}`);
  const outcomes: Outcome[] = [];
  for (const folder of request.folders) {
    const outcome = await runCase(folder);
    output.result(caseLine(outcome));
    outcomes.push(outcome);
  }
  output.result(summary(outcomes));
  return outcomes.every(passed) ? 0 : 1;
}
