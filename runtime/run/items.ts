import { nearest } from '../graph/nearest.ts';
import type { Item } from '../node.ts';
import { RunError } from './errors.ts';

/**
 * The items to go through, in the order of their source. A selector is a name, a place from 0, or `a..b` with both
 * ends; no selector means all. Throws RunError `unknown-item`.
 */
export function selectItems(names: readonly string[], selectors: readonly string[] = []): Item[] {
  const all = names.map((name, index): Item => ({ index, name }));
  if (selectors.length === 0) return all;
  const chosen = new Set(selectors.flatMap((selector) => placesOf(selector, names)));
  return all.filter(({ index }) => chosen.has(index));
}

function placesOf(selector: string, names: readonly string[]): number[] {
  const named = names.flatMap((name, index) => (name === selector ? [index] : []));
  if (named.length > 0) return named;
  const range = /^(\d+)(?:\.\.(\d+))?$/.exec(selector);
  const first = Number(range?.[1]);
  const last = Number(range?.[2] ?? first);
  if (range && first <= last && last < names.length) {
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  }
  const guess = nearest(selector, names);
  const asked = guess === undefined ? '' : `; did you mean "${guess}"?`;
  const message = `There is no item "${selector}" among ${names.length}${asked}`;
  throw new RunError('unknown-item', message);
}
