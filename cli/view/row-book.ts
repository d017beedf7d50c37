import { pad } from './row.ts';
import { widthOf } from './width.ts';

/** First of the characters that stand for rows, in a plane that no text uses. */
const FIRST_MARK = 0xf0000;
const PARTS = /([\u{f0000}-\u{fffff}])( *)|[^\u{f0000}-\u{fffff}]+/gu;

/** A part of a line that is written as one: panes that stand side by side change at different times. */
export interface Part {
  /** Column where it begins, from 0. */
  readonly column: number;
  readonly text: string;
}

export type Line = readonly Part[];

/** The rows of one frame, each known by a character that stands for it while Ink lays the frame out. */
export class RowBook {
  private rows: string[] = [];

  /** The character that stands for a row in the frame that is being laid out. */
  mark(row: string): string {
    this.rows.push(row);
    return String.fromCodePoint(FIRST_MARK + this.rows.length - 1);
  }

  /** The frame's lines with their rows in place of the marks; the next frame begins empty. */
  resolve(frame: string): Line[] {
    const { rows } = this;
    this.rows = [];
    return frame.split('\n').map((line) => {
      const parts: Part[] = [];
      let column = 0;
      for (const [text, mark, blank] of line.matchAll(PARTS)) {
        const row = mark === undefined ? undefined : rows[(mark.codePointAt(0) as number) - FIRST_MARK];
        const width = mark === undefined ? widthOf(text) : 1 + (blank?.length ?? 0);
        parts.push({ column, text: row === undefined ? text : pad(row, Math.max(width, widthOf(row))) });
        column += width;
      }
      return parts;
    });
  }
}
