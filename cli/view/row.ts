import type { Style } from './style.ts';
import { cut, widthOf } from './width.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character
const PARTS = /(\x1b\[[0-9;]*m)/;

/** A coloured row of text cut to `width` columns; colours that are open at the cut are closed. */
export function clip(row: string, width: number): string {
  if (widthOf(row) <= width) return row;
  let used = 0;
  let kept = '';
  for (const [index, part] of row.split(PARTS).entries()) {
    if (index % 2 === 1) {
      kept += part;
      continue;
    }
    if (used >= width || part === '') continue;
    const piece = used + widthOf(part) > width ? cut(part, width - used) : part;
    used += piece === part ? widthOf(part) : width;
    kept += piece;
  }
  return kept;
}

/** A coloured row in exactly `width` columns. */
export function pad(row: string, width: number): string {
  const short = clip(row, width);
  return short + ' '.repeat(Math.max(0, width - widthOf(short)));
}

/** A row with one part at each end. Where both do not fit, the right part stays whole and the left one is cut. */
export function spread(left: string, right: string, width: number): string {
  const tail = clip(right, width);
  const room = width - widthOf(tail);
  if (tail === '') return clip(left, width);
  return room < 2 ? tail : `${pad(left, room - 1)} ${tail}`;
}

/** The row that heads a pane: its title in a rule, with a remark at the right end. */
export function title(
  text: string,
  width: number,
  style: Style,
  options: { focused?: boolean; remark?: string } = {},
): string {
  const name = options.focused ? style.bold(style.cyan(text)) : style.bold(text);
  const remark = options.remark ? ` ${options.remark} ` : '';
  const rule = width - widthOf(text) - widthOf(remark) - 5;
  if (rule < 0) return clip(name, width);
  return `${style.dim('─')} ${name} ${style.dim('─'.repeat(rule))}${style.dim(remark)}${style.dim('──')}`;
}

/** Exactly `height` rows: cut at the end, or filled with empty ones. */
export function fill(rows: readonly string[], height: number): string[] {
  return Array.from({ length: Math.max(0, height) }, (_, i) => rows[i] ?? '');
}
