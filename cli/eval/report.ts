import { type Evaluation, missingResults } from './evaluation.ts';
import type { Judgement } from './gates.ts';
import { formatTable, itemsTable } from './table.ts';

/** What an evaluation came to, for a terminal. */
export function evaluationText(evaluation: Evaluation, { gates, notes }: Judgement): string {
  const missing = missingResults(evaluation).map(
    ({ item, seed, reason }) => `  ✗ ${item}, seed ${seed}: ${reason}`,
  );
  const parts = [
    [aboutOf(evaluation)],
    [formatTable(itemsTable(evaluation))],
    missing.length > 0 ? ['Without a result:', ...missing] : [],
    gates.length > 0 ? ['Gates:', ...gates.map(({ held, text }) => `  ${held ? '✓' : '✗'} ${text}`)] : [],
    notes,
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** The same as a page of Markdown. */
export function evaluationMarkdown(evaluation: Evaluation, { gates, notes }: Judgement): string {
  const missing = missingResults(evaluation).map(
    ({ item, seed, reason }) => `- ${code(item)}, seed ${seed}: ${plain(reason)}`,
  );
  const set = evaluation.set.map((one) => `- ${code(one)}`);
  const parts = [
    [`# ${plain(evaluation.graph.title || evaluation.graph.name)}`],
    [plain(aboutOf(evaluation))],
    set.length > 0 ? ['Set:', '', ...set] : [],
    [formatTable(itemsTable(evaluation), 'markdown')],
    missing.length > 0 ? ['## Without a result', '', ...missing] : [],
    gates.length > 0
      ? ['## Gates', '', ...gates.map(({ held, text }) => `- ${held ? '✓' : '✗'} ${plain(text)}`)]
      : [],
    notes.map((note) => `- ${plain(note)}`),
  ];
  const text = parts.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${text.join('\n\n')}\n`;
}

function aboutOf({ graph, items, seeds, runs }: Evaluation): string {
  const engines = [...new Set(runs.map(({ engine }) => `${engine.name}, threads: ${engine.threads}`))];
  const what = `${items.length} item${items.length === 1 ? '' : 's'}, seed${seeds.length === 1 ? '' : 's'} ${seeds.join(', ')}`;
  return `${graph.name} ${graph.hash.slice(0, 8)}: ${what}, on ${engines.join(' and ')}`;
}

/** Text that Markdown shows as it is, on one line. */
const plain = (text: string) => text.replaceAll(/\s+/g, ' ').replaceAll(/[\\*_`<>[\]#]/g, '\\$&');
/** Code on one line, in more backticks than it has itself. */
function code(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest > 0 ? `${fence} ${line} ${fence}` : `${fence}${line}${fence}`;
}
