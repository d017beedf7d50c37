import { type Curve, type CurvePoint, rangeOf, scaleFor, thinned } from './curve.ts';
import { type Html, html } from './html.ts';
import { formatCount, formatNumber, powerOfTen } from './numbers.ts';

const [WIDTH, HEIGHT] = [340, 190];
const [LEFT, RIGHT, TOP, BOTTOM] = [52, 332, 10, 154];
const MOST_POINTS = 160;

export interface PlotOptions {
  /** What the vertical axis measures. */
  readonly label: string;
  /** Pulls of the item in all: where the horizontal axis ends. */
  readonly steps: number;
  /** Pulls at which stages began. */
  readonly stages: readonly number[];
}

/**
 * A curve as an inline SVG picture, its colours left to the page's style sheet: values over pulls with labelled axes,
 * logarithmic where the values span more than a factor of 30, a line where a stage began. Long curves become 160
 * points, the mean of what they stand for, over a band from the least to the largest.
 */
export function plot(curve: Curve, { label, steps, stages }: PlotOptions): Html {
  const scale = scaleFor(curve.values);
  const points = thinned(curve, { count: MOST_POINTS, scale });
  const { low, high } = axisRange(points, scale);
  const along = (value: number) => (scale === 'log' ? Math.log10(value) : value);
  const y = (value: number) => {
    const share = (along(value) - along(low)) / (along(high) - along(low));
    return round(BOTTOM - (BOTTOM - TOP) * Math.min(1, Math.max(0, share)));
  };
  const end = Math.max(steps, curve.steps.at(-1) ?? 0, 1);
  const x = (step: number) => round(LEFT + ((RIGHT - LEFT) * step) / end);
  const segments = inStages(points, stages);
  const isThinned = points.length < curve.values.length;
  const summary = `${curve.name}: ${points.length > 0 ? `from ${formatNumber(curve.values[0] as number)} to ${formatNumber(curve.last)}` : 'no values'} in ${formatCount(end)} pulls`;
  return html`<svg class="plot" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${summary}">
${stages.filter((step) => step > 0 && step < end).map((step) => html`<line class="stage-start" x1="${x(step)}" x2="${x(step)}" y1="${TOP}" y2="${BOTTOM}"/>`)}
${ticks(low, high, scale).map(
  ({ value, text }) => html`<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${y(value)}" y2="${y(value)}"/>
<text class="tick" x="${LEFT - 6}" y="${y(value) + 3.5}" text-anchor="end">${text}</text>`,
)}
${stepTicks(end).map((step) => html`<text class="tick" x="${x(step)}" y="${BOTTOM + 15}" text-anchor="middle">${formatCount(step)}</text>`)}
<line class="axis" x1="${LEFT}" x2="${RIGHT}" y1="${BOTTOM}" y2="${BOTTOM}"/>
<text class="axis-label" x="${(LEFT + RIGHT) / 2}" y="${HEIGHT - 4}" text-anchor="middle">pulls</text>
<text class="axis-label" transform="translate(9 ${(TOP + BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${label}${scale === 'log' && ', log scale'}</text>
${isThinned && segments.map((own) => html`<path class="band" d="${band(own, x, y)}"/>`)}
${segments.map((own) => html`<path class="curve" d="${line(own, x, y)}"/>`)}
${segments.map(([first, second]) => first && !second && html`<circle class="dot" cx="${x(first.step)}" cy="${y(first.mean)}" r="2"/>`)}
</svg>`;
}

type Place = (value: number) => number;

function line(points: readonly CurvePoint[], x: Place, y: Place): string {
  return points.map(({ step, mean }, i) => `${i === 0 ? 'M' : 'L'}${x(step)} ${y(mean)}`).join('');
}

function band(points: readonly CurvePoint[], x: Place, y: Place): string {
  const upper = points.map(({ step, high }) => `${x(step)} ${y(high)}`);
  const lower = points.map(({ step, low }) => `${x(step)} ${y(low)}`).reverse();
  return `M${[...upper, ...lower].join('L')}Z`;
}

/** Points are not joined over a stage in which the value was not measured. */
function inStages(points: readonly CurvePoint[], stages: readonly number[]): CurvePoint[][] {
  const stageOf = (step: number) => stages.filter((start) => start < step).length;
  const segments: CurvePoint[][] = [];
  let before = Number.NaN;
  for (const point of points) {
    const stage = stageOf(point.step);
    const current = segments.at(-1);
    if (!current || stage > before + 1) segments.push([point]);
    else current.push(point);
    before = stage;
  }
  return segments;
}

function axisRange(points: readonly CurvePoint[], scale: 'linear' | 'log'): { low: number; high: number } {
  const { low, high } = rangeOf(points.flatMap((point) => [point.low, point.high]));
  if (!Number.isFinite(low)) return { low: 0, high: 1 };
  if (scale === 'log') {
    const margin = (high / low) ** 0.05;
    return { low: low / margin, high: high * margin };
  }
  const margin = (high - low) * 0.06 || Math.abs(high) * 0.1 || 1;
  const floor = low >= 0 && low - margin < 0 ? 0 : low - margin;
  return { low: floor, high: high + margin };
}

interface Tick {
  readonly value: number;
  readonly text: string;
}

/** Round values between the ends: three to five on a linear axis; powers of ten, or 1-2-5, on a logarithmic one. */
export function ticks(low: number, high: number, scale: 'linear' | 'log'): Tick[] {
  if (scale === 'log') return logTicks(low, high);
  const unit = 10 ** Math.floor(Math.log10((high - low) / 3));
  const step = unit * ([1, 2, 5].find((factor) => (high - low) / (unit * factor) <= 5) ?? 10);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const values: Tick[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high * (1 + 1e-12) + 1e-300; i++) {
    const value = i * step + 0;
    const text = decimals > 6 || Math.abs(value) >= 1e5 ? formatNumber(value, 3) : value.toFixed(decimals);
    values.push({ value, text: text.replace('-', '−') });
  }
  return values;
}

function logTicks(low: number, high: number): Tick[] {
  const [first, last] = [Math.ceil(Math.log10(low)), Math.floor(Math.log10(high))];
  const stride = Math.max(1, Math.ceil((last - first + 1) / 5));
  const exponents = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
  const decades = exponents.filter((_, i) => i % stride === 0);
  if (decades.length >= 3)
    return decades.map((exponent) => ({ value: 10 ** exponent, text: powerOfTen(exponent) }));
  return [first - 1, ...exponents]
    .flatMap((exponent) => [1, 2, 5].map((factor) => factor * 10 ** exponent))
    .filter((value) => value >= low && value <= high)
    .map((value) => ({ value, text: formatNumber(value, 1) }));
}

function stepTicks(end: number): number[] {
  return end < 4 ? [0, end] : [0, Math.round(end / 2), end];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
