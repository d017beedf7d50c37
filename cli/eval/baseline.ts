import { Errors } from 'typebox/value';
import { readText } from '../../runtime/formats/regular-file.ts';
import { messageOf, RunError } from '../../runtime/run/errors.ts';
import { type Evaluation, EvaluationSchema } from './evaluation.ts';

/** Reads an `evaluation.json`. Throws RunError `bad-option` that says what is wrong with the file. */
export function readEvaluation(file: string): Evaluation {
  const hint = 'Give the evaluation.json that `gan2shape eval` has written.';
  let value: unknown;
  try {
    value = JSON.parse(readText(file));
  } catch (cause) {
    throw new RunError('bad-option', `Cannot read ${file}: ${messageOf(cause)}`, { hint }, { cause });
  }
  const [error] = Errors(EvaluationSchema, value);
  if (!error) return value as Evaluation;
  const place = error.instancePath || 'the document';
  throw new RunError('bad-option', `${file} is no evaluation: ${place} ${error.message}`, { hint });
}
