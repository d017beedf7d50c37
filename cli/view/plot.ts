const EIGHTHS = '▁▂▃▄▅▆▇█';
/** Braille dots of a cell by row and column, from the top left. */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/** A curve in one row of `width` columns, oldest value on the left; shorter curves stay short. */
export function sparkline(values: readonly number[], width: number): string {
  const points = resample(values.filter(Number.isFinite), width);
  const { low, high, scale } = scaleOf(points);
  if (points.length === 0) return '';
  if (high - low < 1e-12) return '▄'.repeat(points.length);
  return points.map((point) => EIGHTHS[Math.round(((scale(point) - low) / (high - low)) * 7)]).join('');
}

/**
 * A curve in `height` rows of `width` columns, drawn in braille dots (two by four a cell) and joined. Curves that are
 * positive and span more than a factor of ten are drawn on a logarithmic scale, as `logarithmic` tells.
 */
export function chart(
  values: readonly number[],
  size: { readonly width: number; readonly height: number },
): { rows: string[]; low: number; high: number; logarithmic: boolean } {
  const finite = values.filter(Number.isFinite);
  const columns = size.width * 2;
  const points = stretch(resample(finite, columns), columns);
  const { low, high, scale, logarithmic } = scaleOf(points);
  const cells = Array.from({ length: size.height }, () => new Uint8Array(size.width));
  const levels = size.height * 4 - 1;
  let before: number | undefined;
  for (const [x, point] of points.entries()) {
    const share = high - low < 1e-12 ? 0.5 : (scale(point) - low) / (high - low);
    const y = Math.round((1 - share) * levels);
    const from = before === undefined ? y : y > before ? before + 1 : y < before ? before - 1 : y;
    for (let dot = Math.min(from, y); dot <= Math.max(from, y); dot++) {
      const row = cells[dot >> 2] as Uint8Array;
      row[x >> 1] = (row[x >> 1] as number) | (DOTS[dot & 3]?.[x & 1] as number);
    }
    before = y;
  }
  const rows = cells.map((row) =>
    Array.from(row, (dots) => (dots === 0 ? ' ' : String.fromCodePoint(0x2800 + dots))).join(''),
  );
  return { rows, low: Math.min(...points), high: Math.max(...points), logarithmic };
}

/** A bar of `width` columns that is filled to `share`, in half columns. */
export function bar(share: number, width: number): { readonly filled: string; readonly empty: string } {
  const half = Math.round(Math.min(1, Math.max(0, share)) * width * 2);
  const full = half >> 1;
  const filled = '━'.repeat(full) + (half & 1 ? '╸' : '');
  const empty = width - full - (half & 1);
  return { filled, empty: '─'.repeat(empty) };
}

/** At most `count` values, each the mean of its part of the list. */
export function resample(values: readonly number[], count: number): number[] {
  if (values.length <= count) return [...values];
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * values.length) / count);
    const to = Math.max(from + 1, Math.floor(((i + 1) * values.length) / count));
    let sum = 0;
    for (let j = from; j < to; j++) sum += values[j] as number;
    return sum / (to - from);
  });
}

/** Exactly `count` values: straight lines between fewer. */
function stretch(values: readonly number[], count: number): number[] {
  if (values.length === 0 || values.length >= count) return [...values];
  return Array.from({ length: count }, (_, i) => {
    const at = (i * (values.length - 1)) / Math.max(1, count - 1);
    const left = values[Math.floor(at)] as number;
    const right = values[Math.ceil(at)] as number;
    return left + (right - left) * (at - Math.floor(at));
  });
}

function scaleOf(points: readonly number[]) {
  const lowest = Math.min(...points);
  const highest = Math.max(...points);
  const logarithmic = lowest > 0 && highest / lowest > 10;
  const scale = logarithmic ? Math.log : (value: number) => value;
  return { low: scale(lowest), high: scale(highest), scale, logarithmic };
}
