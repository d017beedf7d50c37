import { formatPercent } from '../format.ts';
import { spread, title } from '../row.ts';
import type { RunView } from '../run-view.ts';
import type { Style, StyleName } from '../style.ts';
import { type NodeState, pulledRoot, type TreeRow } from '../tree.ts';
import { clean, column } from '../width.ts';

export interface GraphOptions {
  readonly width: number;
  readonly height: number;
  readonly focused: boolean;
  /** Row at the top; absent follows the node that is being pulled. */
  readonly top?: number;
}

const SIGNS: { readonly [state in NodeState]: readonly [sign: string, colour: StyleName] } = {
  idle: ['·', 'dim'],
  running: ['●', 'green'],
  done: ['✓', 'green'],
  failed: ['✗', 'red'],
};
const SHARE_BAR = 6;
/** Narrower panes leave the nodes' types out. */
const TYPES_FROM = 56;
/** From this share of the time on a node is shown as a hot spot. */
const HOT = 0.15;

/** The pane of the graph: `tree`'s rows with state, and the share of the step's time from its last profile. */
export function graphRows(
  view: RunView,
  tree: readonly TreeRow[],
  options: GraphOptions,
  style: Style,
): string[] {
  const { width, height, focused } = options;
  const room = Math.max(0, height - 1);
  const top = topRow(view, tree, options);
  const below = Math.max(0, tree.length - top - room);
  const remark = [top > 0 ? `↑${top}` : '', below > 0 ? `↓${below}` : ''].filter(Boolean).join(' ');
  const rows = tree.slice(top, top + room).map((row) => nodeRow(row, width, style));
  return [
    title('graph', width, style, { focused, remark }),
    ...(rows.length === 0 ? [style.dim('  no nodes yet')] : rows),
  ];
}

/** The furthest that the pane scrolls down. */
export function lastTop(tree: readonly TreeRow[], height: number): number {
  return Math.max(0, tree.length - Math.max(0, height - 1));
}

/** The row at the pane's top: the chosen one, or the failed node's surroundings, or the node that is pulled. */
export function topRow(
  view: RunView,
  tree: readonly TreeRow[],
  options: { readonly height: number; readonly top?: number },
): number {
  const room = Math.max(0, options.height - 1);
  const last = lastTop(tree, options.height);
  if (options.top !== undefined) return Math.min(options.top, last);
  const failed = tree.findIndex((row) => row.state === 'failed' && row.hidden === 0);
  if (failed >= 0) return Math.min(last, Math.max(0, failed - Math.floor(room / 2)));
  const root = pulledRoot(view);
  const pulled = tree.findIndex((row) => row.depth === 0 && row.node.name === root);
  return Math.min(last, Math.max(0, pulled));
}

function nodeRow(row: TreeRow, width: number, style: Style): string {
  const [sign, colour] = SIGNS[row.state];
  const name = clean(row.node.name);
  const label = row.state === 'failed' ? style.red(name) : row.state === 'running' ? name : style.dim(name);
  const root = row.guide === '';
  const hidden = row.hidden > 0 ? style.dim(` +${row.hidden}`) : '';
  const above = row.above.length > 0 ? style.dim(` ↑${row.above.map(clean).join(' ↑')}`) : '';
  const type = width >= TYPES_FROM ? style.dim(`  ${clean(row.node.type)}`) : '';
  const left = `${style[colour](sign)} ${style.dim(row.guide)}${root ? style.bold(label) : label}${hidden}${above}${type}`;
  return spread(left, shareOf(row, style), width);
}

function shareOf(row: TreeRow, style: Style): string {
  if (row.share === undefined || row.hidden > 0) return '';
  const percent = column(row.share > 0 && row.share < 0.01 ? '<1 %' : formatPercent(row.share), 5, {
    align: 'right',
  });
  const length = Math.round(row.share * SHARE_BAR);
  const text = `${'▪'.repeat(length)}${' '.repeat(SHARE_BAR - length)}${percent}`;
  return row.share >= HOT ? style.yellow(text) : style.dim(text);
}
