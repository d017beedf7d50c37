/** Panes that the tab key passes through. */
export const PANES = ['losses', 'images', 'graph', 'log'] as const;
export type Pane = (typeof PANES)[number];

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where everything stands. A pane without a size is not shown. */
export interface Layout extends Size {
  readonly header: number;
  readonly columns: readonly (readonly { readonly pane: Pane; readonly size: Size }[])[];
  readonly log?: Size;
}

/** Columns between two columns of panes. */
export const GAP = 2;

/**
 * Divides a terminal. The frame stays a row and a column smaller than the terminal: a frame that fills it scrolls
 * it, and a text in its last column leaves the cursor where terminals disagree.
 */
export function layoutFor(
  terminal: { readonly columns: number; readonly rows: number },
  options: {
    readonly header: number;
    readonly focus: Pane;
    readonly curves: number;
    readonly ended?: boolean;
  },
): Layout {
  const width = Math.max(1, terminal.columns - 1);
  const height = Math.max(1, terminal.rows - 1);
  const header = Math.min(options.header, height);
  const frame = { width, height, header };
  const body = height - header - 1;
  if (body < 4) return { ...frame, columns: [] };
  // The last frame shares the screen with the outcome, which says what the log's last lines say.
  const log = body < 12 || (options.ended && height < 30) ? 0 : height >= 40 ? 8 : height >= 30 ? 6 : 4;
  const main = body - log;
  const logSize = log > 0 ? { log: { width, height: log } } : {};
  if (width < 72 || main < 9) {
    const pane = options.focus === 'log' && log > 0 ? 'losses' : options.focus;
    return { ...frame, columns: [[{ pane, size: { width, height: main } }]], ...logSize };
  }
  const left = Math.max(40, Math.min(72, Math.round(width * 0.45)));
  const wanted = options.curves + 2 + (main >= 28 ? 12 : 0);
  const losses = Math.max(4, Math.min(wanted, Math.floor(main * (main >= 28 ? 0.62 : 0.55))));
  return {
    ...frame,
    columns: [
      [
        { pane: 'losses', size: { width: left, height: losses } },
        { pane: 'graph', size: { width: left, height: main - losses } },
      ],
      [{ pane: 'images', size: { width: width - left - GAP, height: main } }],
    ],
    ...logSize,
  };
}

/** How pictures stand in a pane: `shown` of them, in a grid of boxes that have a caption row each. */
export interface Grid {
  readonly across: number;
  readonly down: number;
  readonly shown: number;
  /** The box of one picture, in cells, without its caption. */
  readonly columns: number;
  readonly rows: number;
}

/** Narrower pictures cannot be recognised. */
const MIN_COLUMNS = 10;

/** The grid that makes square pictures largest; when they would be too small to recognise, fewer are shown. */
export function gridFor(count: number, size: Size): Grid {
  for (let shown = count; shown > 0; shown--) {
    let best: Grid | undefined;
    for (let across = 1; across <= shown; across++) {
      const down = Math.ceil(shown / across);
      const columns = Math.floor((size.width - GAP * (across - 1)) / across);
      const rows = Math.floor(size.height / down) - 1;
      if (columns < 1 || rows < 1) continue;
      const grid = { across, down, shown, columns, rows };
      if (!best || sideOf(grid) > sideOf(best)) best = grid;
    }
    if (best && (sideOf(best) >= MIN_COLUMNS || shown === 1)) return best;
  }
  return { across: 1, down: 1, shown: 0, columns: 0, rows: 0 };
}

function sideOf(grid: Grid): number {
  return Math.min(grid.columns, grid.rows * 2);
}
