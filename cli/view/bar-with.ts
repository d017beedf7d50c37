import { formatPercent } from './format.ts';
import { bar } from './plot.ts';
import { pad, spread } from './row.ts';
import type { Style } from './style.ts';
import { column, cut, widthOf } from './width.ts';

const PERCENT = 7;

/** A bar with what it shows: its percentage, what that counts, and at the right end the time left or the speed. */
export function barWith(
  shown: { readonly share: number; readonly length: number; readonly detail: string; readonly right: string },
  width: number,
  style: Style,
): string {
  const { share, length, detail, right } = shown;
  const { filled, empty } = bar(share, length);
  const percent = pad(column(formatPercent(share), PERCENT - 1, { align: 'right' }), PERCENT);
  const room = width - length - PERCENT - 1 - widthOf(right) - (right ? 2 : 0);
  const left = `${style.cyan(filled)}${style.dim(empty)}${percent} ${cut(detail, Math.max(0, room))}`;
  return spread(left, right, width);
}
