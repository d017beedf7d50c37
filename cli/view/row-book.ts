import { pad } from './row.ts';

/** First of the characters that stand for rows, in a plane that no text uses. */
const FIRST_MARK = 0xf0000;
const MARKED = /([\u{f0000}-\u{fffff}])( *)/gu;

/** The rows of one frame, each known by a character that stands for it while Ink lays the frame out. */
export class RowBook {
  private rows: string[] = [];

  /** The character that stands for a row in the frame that is being laid out. */
  mark(row: string): string {
    this.rows.push(row);
    return String.fromCodePoint(FIRST_MARK + this.rows.length - 1);
  }

  /** The frame with its rows in place of the marks; the next frame begins empty. */
  resolve(frame: string): string {
    const { rows } = this;
    this.rows = [];
    return frame.replace(MARKED, (marked: string, mark: string, blank: string) => {
      const row = rows[(mark.codePointAt(0) as number) - FIRST_MARK];
      if (row === undefined) return marked;
      return blank === '' ? row : pad(row, blank.length + 1);
    });
  }
}
