import { formatValue } from '../view/format.ts';
import type { ReportedMetric } from './evaluation.ts';

/** How tables show a metric. */
export interface Appearance {
  /** Its name with factor or unit, and an arrow to where it is better. */
  readonly title: string;
  /** A value as the table has it, without unit. */
  readonly format: (value: number) => string;
  /** What values are multiplied by: SIDE is given times 100, as the literature does. */
  readonly factor: number;
  readonly better: ReportedMetric['better'];
}

interface Known {
  readonly title: string;
  readonly factor?: number;
  readonly digits: number;
  readonly unit?: string;
  readonly better: 'lower' | 'higher';
}

/** The metrics of depth, by their usual names in small letters. */
const KNOWN: { readonly [name: string]: Known } = {
  side: { title: 'SIDE', factor: 100, digits: 3, unit: '×10²', better: 'lower' },
  alignedside: { title: 'aligned SIDE', factor: 100, digits: 3, unit: '×10²', better: 'lower' },
  mad: { title: 'MAD', digits: 2, unit: '°', better: 'lower' },
  correlation: { title: 'correlation', digits: 3, better: 'higher' },
};

/** How a metric is shown: those of depth as the literature has them, others as the graph reports them. */
export function appearanceOf({ name, unit: reported, better: direction }: ReportedMetric): Appearance {
  const known = knownAs(name);
  const node = name.slice(0, name.lastIndexOf('.') + 1);
  const title = known ? `${node}${known.title}` : name;
  const unit = known ? known.unit : reported;
  const factor = known?.factor ?? 1;
  const better = known?.better ?? direction;
  const arrow = better && { lower: '↓', higher: '↑' }[better];
  const digits = known?.digits;
  return {
    title: [title, unit, arrow].filter(Boolean).join(' '),
    format: (value) =>
      digits === undefined ? formatValue(value * factor) : (value * factor).toFixed(digits),
    factor,
    better,
  };
}

/** Metrics with those of depth first, in the order in which the literature has them. */
export function inUsualOrder(metrics: readonly ReportedMetric[]): ReportedMetric[] {
  const order = Object.keys(KNOWN);
  const rank = ({ name }: ReportedMetric) => {
    const place = order.indexOf(lastPart(name));
    return place < 0 ? order.length : place;
  };
  return [...metrics].sort((a, b) => rank(a) - rank(b));
}

/** The metric of that usual name among some, whatever its case and with or without a node's name before it. */
export function metricNamed(names: readonly string[], usual: string): string | undefined {
  const small = names.filter((name) => lastPart(name) === usual.toLowerCase());
  return small.length === 1 ? small[0] : undefined;
}

const lastPart = (name: string) => name.slice(name.lastIndexOf('.') + 1).toLowerCase();
const knownAs = (name: string): Known | undefined =>
  Object.hasOwn(KNOWN, lastPart(name)) ? KNOWN[lastPart(name)] : undefined;
