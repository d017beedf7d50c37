import { mkdirSync, writeFileSync } from 'node:fs';
import type { Comparison } from './measure.ts';

/** A comparison as a Markdown section; the first row is what the others are measured against. */
export function formatComparison({ title, results, notes, listing = [] }: Comparison): string {
  const rows = results.map(({ name, medianMs, minMs, ratio }, i) => [
    name,
    milliseconds(medianMs),
    milliseconds(minMs),
    i === 0 ? '1' : ratio.toPrecision(3),
  ]);
  const table =
    results.length > 0 ? [...markdownTable(['', 'median ms', 'min ms', 'times as fast'], rows), ''] : [];
  const remarks = notes.length > 0 ? [...notes.map((note) => `- ${note}`), ''] : [];
  const lines = listing.length > 0 ? ['```', ...listing, '```', ''] : [];
  return [`### ${title}`, '', ...table, ...remarks, ...lines].join('\n');
}

/** Lines of a Markdown table with aligned columns: the first one left, numbers right. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, i) => Math.max(3, title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, i) => (i === 0 ? (cells[i] ?? '').padEnd(width) : (cells[i] ?? '').padStart(width))).join(' | ')} |`;
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)];
}

/** Writes bench/results/NAME.md for people and NAME.json for programs. */
export function writeResults(name: string, machine: string, comparisons: readonly Comparison[]): string {
  const folder = new URL('./results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const date = new Date().toISOString().slice(0, 10);
  const body = comparisons.map(formatComparison).join('\n');
  const file = new URL(`${name}.md`, folder);
  writeFileSync(
    file,
    `# ${name}\n\n${date}, ${machine}. Times in milliseconds; ratios compare minima.\n\n${body}`,
  );
  writeFileSync(
    new URL(`${name}.json`, folder),
    `${JSON.stringify({ date, machine, comparisons }, null, 2)}\n`,
  );
  return `bench/results/${name}.md`;
}

function milliseconds(value: number): string {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);
}
