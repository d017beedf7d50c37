import { barWith } from '../bar-with.ts';
import { formatBytes, formatCount, formatDuration, formatSpeed } from '../format.ts';
import { type Progress, progressOf, quietPull } from '../progress.ts';
import { spread } from '../row.ts';
import { type Phase, type RunView, stagesOf } from '../run-view.ts';
import type { Style, StyleName } from '../style.ts';
import { clean, column, widthOf } from '../width.ts';

const PHASES: { readonly [phase in Phase]: readonly [sign: string, colour: StyleName] } = {
  waiting: ['○', 'dim'],
  running: ['●', 'green'],
  paused: ['‖', 'yellow'],
  completed: ['✓', 'green'],
  interrupted: ['‖', 'yellow'],
  failed: ['✗', 'red'],
};
const LABEL = 10;
/** Below this width, bars are so short that percentage and speed stand beside them. */
const NARROW = 48;
const SHORT_BAR = 6;

/** The sign of a phase in its colour, e.g. a green `●`. */
export function phaseSign(phase: Phase, style: Style): string {
  const [sign, colour] = PHASES[phase];
  return style[colour](sign);
}

/**
 * The head of the dashboard: what runs on what, then a bar for the run (where it has several items), for the item
 * and for the step, each with its percentage, what it counts, and its time left or speed. A pull of which
 * nothing is heard says for how long, at the time `clock` (milliseconds since 1970).
 */
export function headerRows(
  view: RunView,
  size: { readonly width: number },
  style: Style,
  clock: number,
): string[] {
  const { width } = size;
  const progress = progressOf(view);
  const rows = [spread(nameOf(view, style), engineOf(view, style, width), width)];
  const ended = view.outcome !== undefined;
  const left = (time: number | undefined) =>
    time === undefined || ended ? '' : `${formatDuration(time)} left`;
  const several = (view.run?.items.length ?? 0) > 1;
  const item = view.item ? `${view.item.index + 1}/${view.item.count} ${clean(view.item.name)}` : '';
  if (several)
    rows.push(barRow('run', progress.run, item && `item ${item}`, left(progress.runLeft), width, style));
  const stages = stagesOf(view).length;
  const stage = view.stage ? `stage ${view.stage.index + 1}/${stages} ${clean(view.stage.name)}` : '';
  rows.push(
    barRow('item', progress.item, several ? stage : join(item, stage), left(progress.itemLeft), width, style),
  );
  rows.push(stepRow(view, progress, width, style, clock));
  return rows;
}

function nameOf(view: RunView, style: Style): string {
  if (!view.run) return `${phaseSign(view.phase, style)} ${style.dim('waiting for the run to start')}`;
  const { run, graph } = view.run;
  const phase = view.phase === 'running' ? '' : `  ${style[PHASES[view.phase][1]](view.phase)}`;
  const remark = clean(run) === clean(graph.name) ? '' : `  ${style.dim(clean(graph.name))}`;
  return `${phaseSign(view.phase, style)} ${style.bold(clean(run))}${remark}${phase}`;
}

function engineOf(view: RunView, style: Style, width: number): string {
  if (!view.run) return '';
  const { engine, seed } = view.run;
  const parts = [engine.name, `${engine.threads} thread${engine.threads === 1 ? '' : 's'}`];
  if (view.memory) parts.push(formatBytes(view.memory.residentBytes));
  if (view.memory && width >= 120) parts.push(`${formatCount(view.memory.tensors)} tensors`);
  if (width >= 70) parts.push(`seed ${seed}`);
  return style.dim(parts.join(' · '));
}

function stepRow(view: RunView, progress: Progress, width: number, style: Style, clock: number): string {
  const quiet = quietPull(view, clock);
  if (quiet) {
    const detail = `pull ${formatCount(quiet.done + 1)}/${formatCount(quiet.times)}`;
    const since = `quiet for ${formatDuration(quiet.milliseconds)}`;
    return barRow(clean(quiet.node), quiet.done / quiet.times, detail, since, width, style);
  }
  if (!view.pull) return barRow('step', 0, view.stage ? 'compiling' : '', '', width, style);
  const { node, done, times } = view.pull;
  const speed = view.outcome ? '' : formatSpeed(progress.milliseconds);
  return barRow(
    clean(node),
    progress.pull,
    `${formatCount(done)}/${formatCount(times)} pulls`,
    speed,
    width,
    style,
  );
}

function barRow(
  label: string,
  share: number,
  detail: string,
  right: string,
  width: number,
  style: Style,
): string {
  const length = width < NARROW ? SHORT_BAR : Math.min(48, Math.floor(width * 0.3));
  const head = `  ${column(label, LABEL - 1)} `;
  return head + barWith({ share, length, detail, right }, width - widthOf(head), style);
}

function join(first: string, second: string): string {
  return [first, second].filter(Boolean).join(' · ');
}
