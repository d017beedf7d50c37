import { barWith } from '../bar-with.ts';
import { counted, describeProblem, withUnit } from '../describe.ts';
import { formatBytes, formatClock, formatDuration } from '../format.ts';
import { phaseSign } from '../panes/header.ts';
import { progressOf } from '../progress.ts';
import { clip, spread, title } from '../row.ts';
import { type ItemResult, type RunView, stagesOf } from '../run-view.ts';
import type { Style } from '../style.ts';
import { clean, column, cut, widthOf } from '../width.ts';
import { runsProgress } from './progress.ts';
import { isDone, phaseOf, type ResultOfRun, type RunsView } from './state.ts';

export interface RowsOptions {
  readonly width: number;
  readonly jobs: number;
}

const LONGEST_NAME = 24;

/** `SIDE 0.0065  MAD 18.2°`. */
export const metricsText = (metrics: ItemResult['metrics']): string =>
  metrics.map(({ name, value, unit }) => `${name} ${withUnit(value, unit)}`).join('  ');

/** What runs on what, a bar for all of it, and what the metrics are in the mean so far. */
export function headRows(view: RunsView, { width, jobs }: RowsOptions, style: Style): string[] {
  const phase = phaseOf(view);
  const count = view.awaited.length;
  const items = view.awaited.reduce((sum, run) => sum + run.items, 0);
  const done = view.awaited.reduce((sum, run) => sum + itemsDone(view.runs.get(run.name)), 0);
  const name = `${phaseSign(phase, style)} ${style.bold(clean(view.title))}  ${style.dim(`${count} runs, ${Math.min(jobs, count)} at once`)}`;
  const said = phase === 'running' ? name : `${name}  ${style.yellow(phase)}`;
  const { share, left } = runsProgress(view, jobs);
  const failed = view.failed > 0 ? `, ${view.failed} failed` : '';
  const detail = `${done} of ${items} items${failed}`;
  const ended = phase !== 'running' && phase !== 'paused';
  const time = left === undefined || ended ? '' : `${formatDuration(left)} left`;
  const rows = [
    spread(said, engineOf(view, style), width),
    barRow(`  ${column('all', 8)} `, { share, detail, right: time }, width, style),
  ];
  const means = Object.entries(view.means).map(([metric, { sum, count, unit }]) => ({
    name: metric,
    value: sum / count,
    ...(unit !== undefined && { unit }),
  }));
  if (means.length > 0) rows.push(clip(`  ${column('mean', 8)} ${clean(metricsText(means))}`, width));
  return rows;
}

/** A row for each run: those at work first, then those that wait, as far as there is room; the last row counts the rest. */
export function runRows(
  view: RunsView,
  { width, height }: { width: number; height: number },
  style: Style,
): string[] {
  const names = view.awaited.map(({ name }) => name);
  const label = Math.min(LONGEST_NAME, Math.max(8, ...names.map(widthOf)));
  const ended = names.filter((name) => view.runs.get(name)?.outcome);
  const done = [...view.runs.values()].filter(isDone);
  const working = names.filter((name) => view.runs.has(name) && !ended.includes(name));
  const waiting = names.filter((name) => !view.runs.has(name));
  const rows = [...working, ...waiting, ...ended].map((name) =>
    runRow(name, view.runs.get(name), width, label, style),
  );
  const room = Math.max(0, height - 1);
  const shown =
    rows.length > room
      ? [...rows.slice(0, Math.max(0, room - 1)), style.dim(`  and ${rows.length - room + 1} more`)]
      : rows;
  return [title('runs', width, style, { remark: `${done.length} of ${names.length} done` }), ...shown];
}

/** The last of what people should know. */
export function newsRows(
  view: RunsView,
  { width, height }: { width: number; height: number },
  style: Style,
): string[] {
  const lines = view.log.slice(-Math.max(0, height - 1)).map(({ time, part, level, text }) => {
    const colour = level === 'error' ? style.red : style.yellow;
    return `${style.dim(formatClock(time))} ${colour(cut(clean(`${part}: ${text}`), width - 9))}`;
  });
  return [title('log', width, style), ...lines];
}

/** One line for an item that has ended: it stays in the terminal's scrollback. */
export function resultRow(result: ResultOfRun, width: number, style: Style): string {
  const sign = result.problem ? style.red('✗') : style.green('✓');
  const name = column(clean(result.item), Math.min(28, Math.max(12, Math.floor(width * 0.25))));
  const what = result.problem
    ? style.red(clean(describeProblem(result.problem)))
    : clean(metricsText(result.metrics));
  const where = `${clean(result.part)} ${formatDuration(result.milliseconds)}`;
  return spread(`${sign} ${name} ${what}`, style.dim(where), width);
}

function runRow(name: string, run: RunView | undefined, width: number, label: number, style: Style): string {
  const head = `${phaseSign(run?.phase ?? 'waiting', style)} `;
  const place = column(clean(name), label);
  if (!run) return clip(`${head}${style.dim(`${place} waits`)}`, width);
  const { run: share, runLeft } = progressOf(run);
  const stages = stagesOf(run).length;
  const item = run.item ? `${run.item.index + 1}/${run.item.count} ${run.item.name}` : 'starts';
  const stage = run.stage && stages > 1 ? ` · ${run.stage.index + 1}/${stages} ${run.stage.name}` : '';
  const left = run.outcome || runLeft === undefined ? '' : `${formatDuration(runLeft)} left`;
  const detail = run.outcome
    ? `${run.outcome.status} in ${formatDuration(run.outcome.milliseconds)}`
    : `${item}${stage}`;
  return barRow(`${head}${place} `, { share, detail: clean(detail), right: left }, width, style);
}

function barRow(
  head: string,
  { share, detail, right }: { readonly share: number; readonly detail: string; readonly right: string },
  width: number,
  style: Style,
): string {
  const length = Math.max(4, Math.min(32, Math.floor(width * 0.2)));
  const shown = { share, length, detail, right: style.dim(right) };
  return head + barWith(shown, width - widthOf(head), style);
}

/** Also those of an earlier part of the run. */
function itemsDone(run: RunView | undefined): number {
  if (run && isDone(run)) return run.run?.items.length ?? 0;
  const ended = run?.item && run.results.at(-1)?.item === run.item.name ? 1 : 0;
  return (run?.item?.index ?? 0) + ended;
}

function engineOf({ runs }: RunsView, style: Style): string {
  const working = [...runs.values()].filter(({ outcome }) => !outcome);
  const run = working[0]?.run;
  if (!run) return '';
  const { name, threads } = run.engine;
  const memory = working.reduce((sum, one) => sum + (one.memory?.residentBytes ?? 0), 0);
  const parts = [name, `${counted(threads, 'thread')} each`, ...(memory > 0 ? [formatBytes(memory)] : [])];
  return style.dim(parts.join(' · '));
}
