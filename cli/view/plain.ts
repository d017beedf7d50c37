import type { RunEvent } from '../../runtime/run/events.ts';
import { describeEvent } from './describe.ts';
import {
  formatBytes,
  formatClock,
  formatCount,
  formatDuration,
  formatPercent,
  formatSpeed,
  formatValue,
} from './format.ts';
import { progressOf, quietPull } from './progress.ts';
import { EMPTY_VIEW, type RunView, stagesOf } from './run-view.ts';
import { runView } from './state.ts';
import type { Style } from './style.ts';
import { clean, column } from './width.ts';

/** Least time between two lines of progress, in milliseconds; the end of each pull's turn is always told. */
const PROGRESS_EVERY = 10_000;

/** Values that a line of progress gives at most: the first is the step's own loss. */
const VALUES = 5;

/** What the plain view knows between two events. */
export interface PlainState {
  readonly view: RunView;
  readonly progressAt: number;
}

export const PLAIN_START: PlainState = { view: EMPTY_VIEW, progressAt: Number.NEGATIVE_INFINITY };

/** The next state, and the lines that an event adds to a plain log: none or one, more where a run starts or ends. */
export function plainLines(
  state: PlainState,
  event: RunEvent,
  style: Style,
): { state: PlainState; lines: string[] } {
  const view = runView(state.view, event);
  const kept = { ...state, view };
  const say = (label: string, text: string, colour?: (plain: string) => string) =>
    line(style, event.time, label, text, colour);
  switch (event.kind) {
    case 'pull': {
      const last = event.done >= event.times;
      if (!last && event.time - state.progressAt < PROGRESS_EVERY) return { state: kept, lines: [] };
      return {
        state: { view, progressAt: event.time },
        lines: [say(event.node, progressText(view, event.values))],
      };
    }
    case 'stage-started':
      return { state: kept, lines: [say('stage', stageText(view, event.index, event.stage))] };
    case 'image':
      return {
        state: kept,
        lines: [say('image', `${event.name} at pull ${formatCount(event.step)}: ${event.path}`)],
      };
    case 'profile':
      return { state: kept, lines: [say('profile', profileText(view, event.node))] };
    case 'run-started':
      return {
        state: kept,
        lines: [say('run', describeEvent(event)?.text ?? ''), say('run', runText(event))],
      };
    default: {
      const described = describeEvent(event);
      if (!described) return { state: kept, lines: [] };
      const { level, text } = described;
      const colours = { info: undefined, good: style.green, warning: style.yellow, error: style.red };
      return { state: kept, lines: [say(labelOf(event), withoutLabel(text), colours[level])] };
    }
  }
}

/** The next state, and the line that a plain log gets while nothing happens: of a quiet pull, every ten seconds. */
export function quietLines(
  state: PlainState,
  clock: number,
  style: Style,
): { state: PlainState; lines: string[] } {
  const quiet = quietPull(state.view, clock);
  const told = Math.max(state.view.now, state.progressAt);
  if (!quiet || clock - told < PROGRESS_EVERY) return { state, lines: [] };
  const text = `pull ${formatCount(quiet.done + 1)}/${formatCount(quiet.times)}, quiet for ${formatDuration(quiet.milliseconds)}`;
  return { state: { ...state, progressAt: clock }, lines: [line(style, clock, quiet.node, text)] };
}

const LABELS: { readonly [kind in RunEvent['kind']]?: string } = {
  'item-started': 'item',
  'item-finished': 'item',
  'item-failed': 'item',
  'sink-failed': 'sink',
  'run-finished': 'run',
  paused: 'run',
  continued: 'run',
  compiled: 'compiled',
  checkpoint: 'checkpoint',
};

function line(
  style: Style,
  time: number,
  label: string,
  text: string,
  colour = (plain: string) => plain,
): string {
  return `${style.dim(formatClock(time))} ${column(label, 10)} ${colour(clean(text))}`;
}

function labelOf(event: RunEvent): string {
  return event.kind === 'log' && event.level !== 'info' ? event.level : (LABELS[event.kind] ?? event.kind);
}

/** The label already says these words. */
function withoutLabel(text: string): string {
  return text.replace(/^(item|sink|compiled|checkpoint) /, '');
}

function progressText(view: RunView, values: Readonly<Record<string, number>>): string {
  const { pull } = view;
  if (!pull) return '';
  const progress = progressOf(view);
  const parts = [
    `${formatCount(pull.done)}/${formatCount(pull.times)}`,
    formatSpeed(progress.milliseconds),
    ...Object.entries(values)
      .slice(0, VALUES)
      .map(([name, value]) => `${name} ${formatValue(value)}`),
    `run ${formatPercent(progress.run)}`,
  ];
  if (progress.runLeft !== undefined && progress.run < 1)
    parts.push(`${formatDuration(progress.runLeft)} left`);
  if (view.memory) parts.push(formatBytes(view.memory.residentBytes));
  return parts.join(', ');
}

function runText(event: Extract<RunEvent, { kind: 'run-started' }>): string {
  const { graph, seed, engine, items, pullsPerItem, nodes } = event;
  return (
    `graph ${graph.name}${graph.file ? ` (${graph.file})` : ''} ${graph.hash.slice(0, 8)}, ${nodes.length} nodes, ` +
    `seed ${seed}, ${engine.threads} threads, ${items.length} × ${formatCount(pullsPerItem)} pulls, in ${event.folder}`
  );
}

function stageText(view: RunView, index: number, name: string): string {
  const stages = stagesOf(view);
  const pulls = stages[index]?.pulls.map(({ node, times }) => `${node} ×${times}`).join(', ') ?? '';
  return `${index + 1}/${stages.length} ${name}: ${pulls}`;
}

function profileText(view: RunView, node: string): string {
  const shares = Object.entries(view.profiles[node] ?? {}).sort((a, b) => b[1] - a[1]);
  const top = shares.slice(0, 4).map(([name, share]) => `${name} ${formatPercent(share)}`);
  return `${node}: ${top.join(', ')}`;
}
