import { formatValue } from '../format.ts';
import { chart, sparkline } from '../plot.ts';
import { pad, title } from '../row.ts';
import type { RunView } from '../run-view.ts';
import { plotted, type Series } from '../series.ts';
import type { Style } from '../style.ts';
import { clean, column, widthOf } from '../width.ts';

/** One curve as the pane lists it. */
export interface Curve {
  readonly name: string;
  readonly series: Series;
  readonly metric: boolean;
  /** Whether the node that is being pulled gives it. */
  readonly current: boolean;
}

export interface LossesOptions {
  readonly width: number;
  readonly height: number;
  readonly focused: boolean;
  /** Position of the chosen curve in `curvesOf`. */
  readonly selected: number;
}

const NUMBER = 9;
const SPARSE_CHART = 7;

/** Losses and their terms, then metrics. Where not all have room, those of the current step come first. */
export function curvesOf(view: RunView, options: { readonly room?: number } = {}): readonly Curve[] {
  const current = new Set(view.pull?.values);
  const losses = Object.entries(view.losses).map(([name, series]) => {
    return { name, series, metric: false, current: current.has(name) };
  });
  const metrics = Object.entries(view.metrics).map(([name, series]) => {
    return { name, series, metric: true, current: true };
  });
  if (losses.length + metrics.length <= (options.room ?? 0)) return [...losses, ...metrics];
  return [...losses.filter((loss) => loss.current), ...metrics, ...losses.filter((loss) => !loss.current)];
}

/** The pane of losses and metrics: last and best value and a sparkline for each, and a plot of the chosen one. */
export function lossRows(view: RunView, options: LossesOptions, style: Style): string[] {
  const { width, height, focused } = options;
  const curves = curvesOf(view, { room: height - 2 });
  const selected = Math.min(options.selected, Math.max(0, curves.length - 1));
  const chosen = curves[selected];
  const spare = height - 2 - curves.length;
  const plot =
    chosen && spare >= SPARSE_CHART ? plotRows(chosen, { width, height: Math.min(spare, 14) }, style) : [];
  const room = height - 1 - plot.length;
  const names = Math.min(
    18,
    Math.max(8, ...curves.map((curve) => widthOf(curve.name))),
    Math.floor(width * 0.36),
  );
  const units = Math.max(
    0,
    ...curves.map(({ series }) => (series.unit ? 1 + Math.min(8, widthOf(series.unit)) : 0)),
  );
  const from = Math.max(0, Math.min(selected - (room - 2), curves.length - (room - 1)));
  const shown = curves.slice(from, from + room - 1);
  const hidden = curves.length - shown.length;
  const head = `  ${column('', names)}${column('last', NUMBER, { align: 'right' })}${column('best', NUMBER, { align: 'right' })}`;
  return [
    title('losses', width, style, { focused, remark: hidden > 0 ? `${hidden} more` : '' }),
    ...plot,
    curves.length === 0 ? style.dim('  no values yet') : style.dim(head),
    ...shown.map((curve, i) =>
      curveRow(curve, { width, names, units, marked: focused && from + i === selected }, style),
    ),
  ];
}

function curveRow(
  curve: Curve,
  options: { width: number; names: number; units: number; marked: boolean },
  style: Style,
): string {
  const { series } = curve;
  const space = options.width - options.names - options.units - 2 * NUMBER - 4;
  const name = column(clean(curve.name), options.names);
  const last = column(formatValue(series.last), NUMBER, { align: 'right' });
  const best = column(Number.isNaN(series.best) ? '–' : formatValue(series.best), NUMBER, { align: 'right' });
  const line = sparkline(plotted(series), Math.max(0, space));
  const unit = column(series.unit ? ` ${clean(series.unit)}` : '', options.units);
  if (!curve.current) return style.dim(`  ${name}${last}${best}${unit}  ${line}`);
  const broken = !Number.isFinite(series.last);
  const mark = options.marked ? style.cyan('› ') : curve.metric ? style.magenta('◆ ') : '  ';
  const value = broken ? style.red(last) : style.bold(last);
  const colour = curve.metric ? style.magenta : style.cyan;
  return `${mark}${name}${value}${style.dim(best)}${style.dim(unit)}  ${colour(line)}`;
}

function plotRows(curve: Curve, size: { width: number; height: number }, style: Style): string[] {
  const axis = NUMBER + 1;
  const values = plotted(curve.series);
  const height = size.height - 2;
  const { rows, low, high, logarithmic } = chart(values, { width: size.width - axis - 2, height });
  if (values.length === 0) return [];
  const colour = curve.metric ? style.magenta : style.cyan;
  const label = (index: number) =>
    index === 0 ? formatValue(high) : index === height - 1 ? formatValue(low) : '';
  return [
    `${' '.repeat(axis)} ${style.bold(clean(curve.name))}${logarithmic ? style.dim('  logarithmic') : ''}`,
    ...rows.map(
      (row, i) =>
        `${style.dim(column(label(i), NUMBER, { align: 'right' }))} ${style.dim('┤')}${colour(row)}`,
    ),
    pad('', size.width),
  ];
}
