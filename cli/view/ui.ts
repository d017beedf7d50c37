import { PANES, type Pane } from './layout.ts';

/** Asked of the run by a key, and not yet reported by it. */
export type Request = 'pause' | 'resume' | 'checkpoint' | 'quit';

/** What the keys have chosen. */
export interface Ui {
  readonly focus: Pane;
  /** 0 shows all images, `n` the nth alone. */
  readonly preview: number;
  readonly curve: number;
  /** Row at the top of the graph; absent follows the run. */
  readonly graphTop?: number;
  /** Lines that the log is scrolled back. */
  readonly logBack: number;
  /** First row of the help page that is shown; absent where it is not. */
  readonly helpTop?: number;
}

export const INITIAL_UI: Ui = { focus: 'losses', preview: 0, curve: 0, logBack: 0 };

/** How far each thing that the keys move can go. */
export interface Bounds {
  readonly previews: number;
  readonly curves: number;
  /** Last row that the graph can have at its top, and the one that it has. */
  readonly graphLast: number;
  readonly graphTop: number;
  readonly logLines: number;
  readonly helpLast: number;
}

export type Move = 'next-pane' | 'previous-pane' | 'left' | 'right' | 'up' | 'down' | 'back' | 'help';

/** What the keys have chosen after one more of them. */
export function moved(ui: Ui, move: Move, bounds: Bounds): Ui {
  switch (move) {
    case 'next-pane':
      return { ...ui, focus: paneAfter(ui.focus, 1) };
    case 'previous-pane':
      return { ...ui, focus: paneAfter(ui.focus, -1) };
    case 'left':
      return { ...ui, preview: wrap(ui.preview - 1, bounds.previews) };
    case 'right':
      return { ...ui, preview: wrap(ui.preview + 1, bounds.previews) };
    case 'up':
      return scrolled(ui, -1, bounds);
    case 'down':
      return scrolled(ui, 1, bounds);
    case 'back': {
      const { graphTop: _following, helpTop: _help, ...rest } = ui;
      return { ...rest, preview: 0, logBack: 0 };
    }
    case 'help': {
      const { helpTop, ...rest } = ui;
      return helpTop === undefined ? { ...rest, helpTop: 0 } : rest;
    }
  }
}

function scrolled(ui: Ui, by: number, bounds: Bounds): Ui {
  if (ui.helpTop !== undefined) return { ...ui, helpTop: clamp(ui.helpTop + by, bounds.helpLast) };
  switch (ui.focus) {
    case 'losses':
      return { ...ui, curve: clamp(ui.curve + by, bounds.curves - 1) };
    case 'images':
      return { ...ui, preview: wrap(ui.preview + by, bounds.previews) };
    case 'graph':
      return { ...ui, graphTop: clamp(bounds.graphTop + by, bounds.graphLast) };
    case 'log':
      return { ...ui, logBack: clamp(ui.logBack - by, bounds.logLines - 1) };
  }
}

function paneAfter(pane: Pane, by: number): Pane {
  return PANES[wrap(PANES.indexOf(pane) + by, PANES.length)] ?? pane;
}

const clamp = (value: number, last: number) => Math.max(0, Math.min(value, last));
const wrap = (value: number, count: number) => (count < 1 ? 0 : ((value % count) + count) % count);
