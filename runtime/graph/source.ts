/** A text that errors can point into: a graph file, or one `--set` argument. */
export interface Source {
  /** As shown to people: a path relative to the working directory, or `--set nodes.a.params.b=1`. */
  readonly name: string;
  readonly text: string;
}

/** A stretch of a source. */
export interface Origin {
  readonly source: Source;
  readonly offset: number;
  readonly length: number;
  /** Where the value came from when it is not written here: the setting that a `"$name"` refers to. */
  readonly via?: Origin;
}

/** A position that people read: lines and columns count from 1, columns in UTF-16 units as editors do. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The line around a position, cut to a window when it is long; `start` is the caret's place in `text`, from 0. */
export interface Excerpt {
  readonly text: string;
  readonly start: number;
  readonly length: number;
}

const WINDOW = 100;
const lineStarts = new WeakMap<Source, number[]>();

function startsOf(source: Source): number[] {
  let starts = lineStarts.get(source);
  if (!starts) {
    starts = [0];
    for (let at = source.text.indexOf('\n'); at >= 0; at = source.text.indexOf('\n', at + 1))
      starts.push(at + 1);
    lineStarts.set(source, starts);
  }
  return starts;
}

/** Index of the line that holds `offset`, by bisection. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Line and column of an origin's first character. */
export function positionOf(origin: Origin): Position {
  const starts = startsOf(origin.source);
  const line = lineAt(starts, origin.offset);
  return { file: origin.source.name, line: line + 1, column: origin.offset - (starts[line] ?? 0) + 1 };
}

/** The source line of an origin; a line longer than 100 characters is cut around it. Tabs become single spaces. */
export function excerptOf(origin: Origin): Excerpt {
  const starts = startsOf(origin.source);
  const line = lineAt(starts, origin.offset);
  const begin = starts[line] ?? 0;
  const end = (starts[line + 1] ?? origin.source.text.length + 1) - 1;
  const whole = origin.source.text.slice(begin, end).replace(/\r$/, '').replaceAll('\t', ' ');
  const column = origin.offset - begin;
  const length = Math.max(1, Math.min(origin.length, whole.length - column));
  if (whole.length <= WINDOW) return { text: whole, start: column, length };
  const from = Math.max(0, Math.min(column - WINDOW / 4, whole.length - WINDOW));
  const head = from > 0 ? '…' : '';
  const tail = from + WINDOW < whole.length ? '…' : '';
  const start = column - from + head.length;
  return {
    text: head + whole.slice(from, from + WINDOW) + tail,
    start,
    length: Math.max(1, Math.min(length, WINDOW - (column - from))),
  };
}
