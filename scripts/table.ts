// npm run table -- [--rows FILE] [--out FOLDER] [--engine NAME] [--threads N] [--jobs N]
// Evaluates the rows of graphs/table/rows.json, or goes on with them, and writes table.md and table.json.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ComparedRow, compareRows, readRows } from '../cli/eval/comparison.ts';
import { EvaluationStopped } from '../cli/eval/evaluate.ts';
import { comparisonTable, formatTable } from '../cli/eval/table.ts';
import { counted } from '../cli/view/describe.ts';
import { writeFileAtomic } from '../runtime/formats/atomic.ts';
import { RunError } from '../runtime/run/errors.ts';

const METRICS = ['SIDE', 'alignedSIDE', 'MAD', 'correlation'];

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: 'graphs/table/rows.json' },
    out: { type: 'string', default: 'runs/table' },
    engine: { type: 'string' },
    threads: { type: 'string' },
    jobs: { type: 'string' },
  },
});

function report(rows: readonly ComparedRow[], form: 'text' | 'markdown'): string {
  const lines = rows.flatMap(({ title, evaluation }) => (evaluation ? [{ title, evaluation }] : []));
  const told = rows.flatMap(({ title, missing, chosen, evaluation }) => [
    ...(missing.length > 0 ? [`${title}: not computed, as there is no ${missing.join(', ')}.`] : []),
    ...(chosen ? [`${title}: ${chosen.set.join(', ')}, chosen on other faces.`] : []),
    ...(evaluation
      ? [
          `${title}: ${counted(evaluation.items.length, 'face')}, ${counted(evaluation.seeds.length, 'seed')}.`,
        ]
      : []),
  ]);
  const [before, after] = form === 'markdown' ? ['- ', '\n'] : ['', ''];
  return `${formatTable(comparisonTable(lines, METRICS), form)}\n${after}${told.map((line) => before + line).join('\n')}\n`;
}

const rows: ComparedRow[] = [];
try {
  const count = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  const where = { engine: values.engine, threads: count(values.threads), jobs: count(values.jobs) };
  const options = { rows: readRows(values.rows), out: values.out, ...where };
  const say = (text: string) => process.stderr.write(`${text}\n`);
  for await (const row of compareRows(options, { say })) {
    say(`${row.title}: ${row.evaluation ? 'done' : `needs ${row.missing.join(', ')}`}`);
    rows.push(row);
    const write = (name: string, text: string) =>
      writeFileAtomic(join(values.out, name), [Buffer.from(text)]);
    await write('table.md', report(rows, 'markdown'));
    await write('table.json', `${JSON.stringify(rows, null, 2)}\n`);
  }
  process.stdout.write(report(rows, 'text'));
} catch (cause) {
  if (cause instanceof EvaluationStopped) process.exitCode = cause.code;
  else if (cause instanceof RunError) {
    process.stderr.write(`${cause.message}\n`);
    process.exitCode = 2;
  } else throw cause;
}
