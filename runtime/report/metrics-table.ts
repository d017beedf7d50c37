import type { ItemHistory, MetricHistory } from './history.ts';
import { type Html, html } from './html.ts';
import { formatCount, formatNumber } from './numbers.ts';

/** Metrics that the field shows in hundredths: SIDE of the method's paper, and what is measured in the same unit. */
const HUNDREDTHS: ReadonlySet<string> = new Set(['side', 'alignedside', 'mae']);
/** What the field looks at, the most important last. */
const FIRST = ['mad', 'alignedside', 'side'];
const MOST_ROWS = 500;

interface Column {
  readonly key: string;
  readonly metric: MetricHistory;
  readonly scale: number;
}

/**
 * The last value of every metric, an item a row, and mean ± standard deviation (of the sample) of several. Undefined
 * where nothing was measured.
 */
export function metricsTable(items: readonly ItemHistory[]): Html | undefined {
  const columns = columnsOf(items);
  const rows = items.filter(({ metrics }) => metrics.size > 0);
  if (columns.length === 0 || rows.length === 0) return undefined;
  const shown = rows.slice(0, MOST_ROWS);
  return html`<div class="scroll"><table class="metrics">
<caption class="hidden">Metrics of the items</caption>
<thead><tr><th scope="col">Item</th>${columns.map(heading)}</tr></thead>
<tbody>${shown.map(
    (item) =>
      html`<tr><th scope="row">${item.name}</th>${columns.map(({ key, scale }) => {
        const value = item.metrics.get(key)?.curve.last ?? Number.NaN;
        return html`<td>${formatNumber(value * scale)}</td>`;
      })}</tr>`,
  )}</tbody>
${rows.length > 1 && html`<tfoot><tr><th scope="row">mean ± s.d. of ${formatCount(rows.length)}</th>${columns.map((column) => summary(column, rows))}</tr></tfoot>`}
</table></div>
${rows.length > shown.length && html`<p class="note">${formatCount(rows.length - shown.length)} more items are not listed; the last row counts them.</p>`}`;
}

function scaleOf(name: string): number {
  return HUNDREDTHS.has(name.toLowerCase()) ? 100 : 1;
}

function columnsOf(items: readonly ItemHistory[]): Column[] {
  const columns = new Map<string, Column>();
  for (const { metrics } of items) {
    for (const [key, metric] of metrics) {
      if (!columns.has(key)) columns.set(key, { key, metric, scale: metric.unit ? 1 : scaleOf(metric.name) });
    }
  }
  const rank = ({ metric }: Column) => FIRST.indexOf(metric.name.toLowerCase());
  return [...columns.values()].sort((a, b) => rank(b) - rank(a));
}

function heading({ metric, scale }: Column): Html {
  const { name, unit, better } = metric;
  const arrow = better === 'lower' ? '↓' : better === 'higher' ? '↑' : '';
  const about = [unit, better && `${better} is better`].filter(Boolean).join(', ');
  return html`<th scope="col">${name}${scale !== 1 && ' ×10²'} ${arrow && html`<span aria-hidden="true">${arrow}</span>`}${about && html`<small>${about}</small>`}</th>`;
}

function summary({ key, scale }: Column, rows: readonly ItemHistory[]): Html {
  const values = rows
    .map(({ metrics }) => (metrics.get(key)?.curve.last ?? Number.NaN) * scale)
    .filter(Number.isFinite);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const spread = values.length > 1 && html` ± ${formatNumber(Math.sqrt(variance), 3)}`;
  return html`<td>${formatNumber(mean)}${spread}</td>`;
}
