import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { writeFileAtomic } from '../../runtime/formats/atomic.ts';
import { makeFolder } from '../../runtime/formats/make-folder.ts';
import { readText } from '../../runtime/formats/regular-file.ts';
import { RunError } from '../../runtime/run/errors.ts';
import { appearanceOf } from './appearance.ts';
import { type EvaluationView, evaluate } from './evaluate.ts';
import type { Evaluation } from './evaluation.ts';

const Names = Type.Array(Type.String());

/** A line of a comparison of methods. */
const Row = Type.Object(
  {
    title: Type.String(),
    graph: Type.String(),
    set: Type.Optional(Names),
    items: Type.Optional(Type.Integer({ minimum: 1 })),
    seeds: Type.Optional(Type.Array(Type.Integer({ minimum: 0 }))),
    /** Files without which the row is left out, and said to be. */
    needs: Type.Optional(Names),
    /** Settings among which those are taken that are best elsewhere: on faces that are not reported. */
    choose: Type.Optional(
      Type.Object(
        { metric: Type.String(), set: Names, among: Type.Array(Names, { minItems: 1 }) },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

export type ComparisonRow = Static<typeof Row>;

/** What came of a row. */
export interface ComparedRow {
  readonly title: string;
  /** None where files are missing. */
  readonly evaluation?: Evaluation;
  readonly missing: readonly string[];
  /** The settings that were chosen, and how good each of the others was. */
  readonly chosen?: { readonly set: readonly string[]; readonly scores: readonly (number | null)[] };
}

export interface ComparisonOptions {
  readonly rows: readonly ComparisonRow[];
  /** Folder of all evaluations: what it has is not done again. */
  readonly out: string;
  readonly engine?: string | undefined;
  readonly threads?: number | undefined;
  /** Runs at once: see EvaluationOptions. */
  readonly jobs?: number | undefined;
}

/** Reads the rows of a comparison. @throws RunError `bad-option` that says what is wrong with the file */
export function readRows(file: string): ComparisonRow[] {
  let rows: unknown;
  try {
    rows = JSON.parse(readText(file));
  } catch (cause) {
    throw new RunError('bad-option', `${file}: ${cause instanceof Error ? cause.message : cause}`);
  }
  const schema = Type.Array(Row, { minItems: 1 });
  const [wrong] = Errors(schema, rows);
  if (wrong) throw new RunError('bad-option', `${file}, at ${wrong.instancePath || '/'}: ${wrong.message}`);
  return rows as ComparisonRow[];
}

/** Evaluates the rows one after the other; each is given as soon as it is there. */
export async function* compareRows(
  { rows, out, engine, threads, jobs }: ComparisonOptions,
  view: EvaluationView = {},
): AsyncGenerator<ComparedRow> {
  const where = { ...(engine && { engine }), ...(threads && { threads }), ...(jobs && { jobs }) };
  for (const row of rows) {
    const { title, graph, set = [], needs = [], choose, ...rest } = row;
    const missing = needs.filter((file) => !existsSync(file));
    if (missing.length > 0) {
      yield { title, missing };
      continue;
    }
    const folder = join(out, folderName(title));
    await requireSame(needs, folder);
    const evaluated = (extra: readonly string[], name: string) =>
      evaluate({ ...where, ...rest, graph, set: [...set, ...extra], out: join(folder, name) }, view);
    if (!choose) {
      yield { title, missing, evaluation: await evaluated([], 'reported') };
      continue;
    }
    const scores: (number | null)[] = [];
    let higher = false;
    for (const [i, candidate] of choose.among.entries()) {
      const { summary, metrics } = await evaluated([...choose.set, ...candidate], `candidate-${i + 1}`);
      scores.push(summary[choose.metric]?.mean ?? null);
      const metric = metrics.find(({ name }) => name === choose.metric);
      if (metric) higher = appearanceOf(metric).better === 'higher';
    }
    const best = choose.among[bestOf(scores, higher)];
    if (!best) {
      const reason = `no choice has a mean of ${choose.metric}, by which the best is to be chosen`;
      throw new RunError('bad-option', `${title}: ${reason}`, {
        hint: 'Choose by a metric that the graph reports.',
      });
    }
    yield { title, missing, evaluation: await evaluated(best, 'reported'), chosen: { set: best, scores } };
  }
}

/**
 * Notes which weights a row was computed with.
 * @throws RunError `bad-option` where its folder has results of others: graphs name files, not what is in them
 */
async function requireSame(needs: readonly string[], folder: string): Promise<void> {
  const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
  const now = Object.fromEntries(needs.map((file) => [file, digest(file)]));
  const note = join(folder, 'needs.json');
  if (!existsSync(note)) {
    makeFolder(folder);
    await writeFileAtomic(note, [Buffer.from(`${JSON.stringify(now, null, 2)}\n`)]);
    return;
  }
  const then = readNote(note);
  const changed = needs.filter((file) => then[file] !== now[file]);
  if (changed.length === 0) return;
  throw new RunError(
    'bad-option',
    `${folder} has results with another ${changed.join(', another ')}. Remove that folder, or give another --out.`,
  );
}

/** The digests of weights by file. @throws RunError `bad-option` where the note is damaged */
function readNote(note: string): Readonly<Record<string, string>> {
  let digests: unknown;
  try {
    digests = JSON.parse(readText(note));
  } catch {}
  if (Check(Type.Record(Type.String(), Type.String()), digests)) return digests;
  throw new RunError(
    'bad-option',
    `${note} does not tell which weights the results beside it are of. Remove that folder, or give another --out.`,
  );
}

/** The place of the least score that is a number, or of the greatest where higher is better; -1 without a number. */
function bestOf(scores: readonly (number | null)[], higher: boolean): number {
  const costs = scores.map((score) => (score === null ? Number.POSITIVE_INFINITY : higher ? -score : score));
  const least = Math.min(...costs);
  return Number.isFinite(least) ? costs.indexOf(least) : -1;
}

/** A title as a name that every file system takes. */
function folderName(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
