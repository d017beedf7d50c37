import { EventEmitter } from 'node:events';
import { type Line, RowBook } from './row-book.ts';
import { widthOf } from './width.ts';

const BEGIN = '\u001b[?2026h';
const END = '\u001b[?2026l';
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const ERASE_REST = '\u001b[K';

/** A terminal, as far as a screen needs it. */
export interface Terminal {
  write(text: string): unknown;
  readonly columns?: number;
  readonly rows?: number;
}

/**
 * The place at the end of a terminal's output where frames are drawn one over the other. Only rows that changed are
 * written, inside a synchronised update, so nothing flickers; there is no alternate screen and nothing is erased above
 * the frame, so the scrollback of the terminal (and of tmux) stays whole, and the last frame stays where it is.
 *
 * It stands between Ink and the terminal: Ink writes each whole frame to it as one chunk (its `debug` option).
 */
export class Screen extends EventEmitter {
  /** The rows of the frame that Ink lays out. */
  readonly book = new RowBook();
  private readonly terminal: Terminal;
  private shown: readonly Line[] = [];
  private open = false;
  private closed = false;
  private whole = false;

  constructor(terminal: Terminal) {
    super();
    this.terminal = terminal;
  }

  get columns(): number {
    return this.terminal.columns || 80;
  }

  get rows(): number {
    return this.terminal.rows || 24;
  }

  /** Draws a frame: its rows, separated by line ends. Rows beyond what the terminal has are left out. */
  write(frame: string): boolean {
    if (this.closed) return true;
    const rows = this.book.resolve(frame).slice(0, Math.max(1, this.rows - 1));
    const update = this.difference(rows);
    if (update !== '') this.terminal.write(`${BEGIN}${this.open ? '' : HIDE_CURSOR}${update}${END}`);
    this.open = true;
    this.whole = false;
    this.shown = rows;
    return true;
  }

  /** Writes lines above the frame, where they scroll away with the rest of the terminal's output. */
  above(lines: readonly string[]): void {
    if (lines.length === 0) return;
    const text = lines.map((line) => `${line}${ERASE_REST}\n`).join('');
    const frame = this.shown.map((line) => `${textOf(line)}${ERASE_REST}\n`).join('');
    this.terminal.write(`${BEGIN}${this.toTop()}${text}${frame}${END}`);
  }

  /**
   * Forgets the frame after the terminal changed its size. Terminals wrap rows that have become too long, so the frame
   * may take more rows than it had; exactly those are erased.
   */
  resized(): void {
    const columns = this.columns;
    const taken = this.shown.reduce(
      (sum, row) => sum + Math.max(1, Math.ceil(widthOf(textOf(row)) / columns)),
      0,
    );
    const up = Math.min(taken, this.rows - 1);
    if (up > 0)
      this.terminal.write(`\u001b[${up}A\r${`${ERASE_REST}\n`.repeat(up)}${ERASE_REST}\u001b[${up}A`);
    this.shown = [];
  }

  /** Draws all rows of the next frame, for when something else has written over this one. */
  forget(): void {
    this.whole = true;
  }

  /** Leaves the last frame on the terminal and gives the cursor back; draws nothing from then on. */
  close(): void {
    if (this.open) this.terminal.write(SHOW_CURSOR);
    this.open = false;
    this.closed = true;
    this.shown = [];
  }

  private difference(lines: readonly Line[]): string {
    let text = '';
    let skipped = 0;
    for (const [index, line] of lines.entries()) {
      const change = changeOf(line, this.whole ? undefined : this.shown[index]);
      if (change === '') {
        skipped++;
        continue;
      }
      text += `${'\n'.repeat(skipped)}${change}\n`;
      skipped = 0;
    }
    const surplus = this.shown.length - lines.length;
    if (surplus > 0) {
      text += `${'\n'.repeat(skipped)}${`${ERASE_REST}\n`.repeat(surplus)}\u001b[${surplus}A`;
      skipped = 0;
    }
    return text === '' ? '' : `${this.toTop()}${text}${'\n'.repeat(skipped)}`;
  }

  private toTop(): string {
    return this.shown.length > 0 ? `\u001b[${this.shown.length}A\r` : '\r';
  }
}

/** What makes the line that is shown into another one: only the parts that differ, where both have the same parts. */
function changeOf(line: Line, shown: Line | undefined): string {
  const alike = shown?.length === line.length && line.every((part, i) => part.column === shown[i]?.column);
  if (!shown || !alike) return `${textOf(line)}${ERASE_REST}`;
  let change = '';
  for (const [index, part] of line.entries()) {
    if (part.text === shown[index]?.text) continue;
    const rest = index === line.length - 1 ? ERASE_REST : '';
    change += `\u001b[${part.column + 1}G${part.text}${rest}`;
  }
  return change;
}

function textOf(line: Line): string {
  return line.map((part) => part.text).join('');
}
