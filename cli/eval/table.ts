import { clean, column, widthOf } from '../view/width.ts';
import { type Appearance, appearanceOf } from './appearance.ts';
import { type Evaluation, type ReportedMetric, type Summary, valuesOf } from './evaluation.ts';
import { deviation, mean } from './statistics.ts';

/** Cells of text, and what is to be known of them. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Rows below a line: they sum the others up. */
  readonly foot: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

const NOTHING = '–';

/** A row for each item, and one for all. */
export function itemsTable(evaluation: Evaluation): Table {
  const { items, metrics, summary, seeds, runs } = evaluation;
  const shown = metrics.map((metric) => ({ ...metric, as: appearanceOf(metric) }));
  const isFailed = (item: string) =>
    runs.every(({ failed }) => failed.some((failure) => failure.item === item));
  const rows = items.map((item) => [
    item,
    ...shown.map(({ name, as }) => {
      if (isFailed(item)) return 'failed';
      const values = valuesOf(evaluation, item, name);
      return plusMinus(mean(values), deviation(values), as);
    }),
  ]);
  const cells = (cell: (summary: Summary, as: Appearance) => string) =>
    shown.map(({ name, as }) => cell(summary[name] as Summary, as));
  const all = cells((of, as) => plusMinus(of.mean, of.overItems, as));
  const overSeeds = cells((of, as) => (of.overSeeds === null ? NOTHING : `± ${as.format(of.overSeeds)}`));
  const several = seeds.length > 1;
  return {
    head: ['item', ...shown.map(({ as }) => as.title)],
    rows,
    foot: [['mean ± over items', ...all], ...(several ? [['deviation over seeds', ...overSeeds]] : [])],
    notes: [
      `Mean over items ± standard deviation (n − 1) over items${several ? ', of the means of each item over its seeds' : ''}.`,
      ...(several
        ? [
            `An item: mean ± standard deviation (n − 1) over the seeds ${seeds.join(', ')}.`,
            'Deviation over seeds: that of the means over items.',
          ]
        : []),
      ...lacking(evaluation),
    ],
  };
}

/** A row for each of several evaluations, such as the methods of a comparison, with the metrics of that name. */
export function comparisonTable(
  lines: readonly { readonly title: string; readonly evaluation: Evaluation }[],
  metrics: readonly string[] = [
    ...new Set(lines.flatMap((line) => line.evaluation.metrics.map(({ name }) => name))),
  ],
): Table {
  const shown = metrics.map((name) => {
    const known = lines.flatMap(({ evaluation }) =>
      evaluation.metrics.filter((metric) => metric.name === name),
    );
    const metric: ReportedMetric = known[0] ?? { name };
    return { name, as: appearanceOf(metric) };
  });
  const cell = (summary: Summary | undefined, as: Appearance) => {
    if (!summary) return NOTHING;
    const { overSeeds } = summary;
    return (
      plusMinus(summary.mean, summary.overItems, as) +
      (overSeeds === null ? '' : ` / ${as.format(overSeeds)}`)
    );
  };
  const severalSeeds = lines.some(({ evaluation }) => evaluation.seeds.length > 1);
  return {
    head: ['', ...shown.map(({ as }) => as.title)],
    rows: lines.map(({ title, evaluation }) => [
      title,
      ...shown.map(({ name, as }) => cell(evaluation.summary[name], as)),
    ]),
    foot: [],
    notes: [
      'Mean ± standard deviation (n − 1) over items' +
        (severalSeeds
          ? ', of the means of each item over its seeds / standard deviation (n − 1) over seeds.'
          : '.'),
      ...lines.flatMap(({ title, evaluation }) => lacking(evaluation).map((note) => `${title}: ${note}`)),
    ],
  };
}

/** A table for a terminal or a page of Markdown. */
export function formatTable(table: Table, form: 'text' | 'markdown' = 'text'): string {
  return form === 'markdown' ? markdown(table) : text(table);
}

function text({ head, rows, foot, notes }: Table): string {
  const all = [head, ...rows, ...foot].map((row) => row.map(clean));
  const widths = head.map((_, i) => all.reduce((width, row) => Math.max(width, widthOf(row[i] ?? '')), 0));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => column(cell, widths[i] ?? 0, { align: i === 0 ? 'left' : 'right' }))
      .join('  ')
      .trimEnd();
  const rule = '─'.repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  const lines = all.map(line);
  const body = 1 + rows.length;
  return [
    lines[0],
    rule,
    ...lines.slice(1, body),
    ...(foot.length > 0 ? [rule, ...lines.slice(body)] : []),
    ...notes.map(clean),
  ].join('\n');
}

function markdown({ head, rows, foot, notes }: Table): string {
  const escaped = (cell: string) => clean(cell).replaceAll(/[\\|*_`<>[\]]/g, '\\$&');
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(head.map(escaped)),
    line(head.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...rows.map((row) => line(row.map(escaped))),
    ...foot.map((row) => line(row.map((cell) => `**${escaped(cell)}**`))),
    '',
    ...notes.map((note) => `${escaped(note)}  `),
  ].join('\n');
}

function plusMinus(value: number | null, spread: number | null, { format }: Appearance): string {
  if (value === null) return NOTHING;
  return spread === null ? format(value) : `${format(value)} ± ${format(spread)}`;
}

/** Where a mean is not over all items, it says so. */
function lacking({ items, metrics, summary }: Evaluation): string[] {
  return metrics.flatMap((metric) => {
    const count = summary[metric.name]?.items ?? 0;
    if (count === items.length) return [];
    return [`${appearanceOf(metric).title}: over ${count} of ${items.length} items.`];
  });
}
