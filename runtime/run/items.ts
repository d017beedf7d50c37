import { nearest } from '../graph/nearest.ts';
import type { Item } from '../node.ts';
import type { RunState } from './checkpoint.ts';
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

/**
 * What a run has done must be of the items that it goes on with; those that are still to come may be others. Throws
 * RunError `items-changed`.
 */
export function expectSameItems(
  { items: before, item, begun }: Pick<RunState, 'items' | 'item' | 'begun'>,
  items: readonly Item[],
): void {
  const names = before?.slice(0, item + (begun ? 1 : 0)) ?? [];
  const place = names.findIndex((name, i) => items[i]?.name !== name);
  if (place < 0) return;
  const now = items[place] ? `"${items[place].name}"` : 'missing';
  const message = `Item ${place} of the run was "${names[place]}", and is ${now}: what was done is of other items`;
  throw new RunError('items-changed', message);
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
