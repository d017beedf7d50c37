import type { Located, LocatedEntry } from './located.ts';

/**
 * Applies a JSON Merge Patch (RFC 7396): objects merge key by key, `null` removes, anything else replaces. Every
 * value keeps the place where it was written; an object that both sides have counts as written in the patch.
 * Keys that both have keep the target's order, new ones follow.
 *
 * With no target, the patch itself without its nulls.
 */
export function mergePatch(target: Located | undefined, patch: Located): Located {
  if (patch.kind !== 'object') return patch;
  const entries = new Map<string, LocatedEntry>(target?.kind === 'object' ? target.entries : []);
  for (const [key, entry] of patch.entries) {
    if (entry.value.kind === 'scalar' && entry.value.value === null) entries.delete(key);
    else entries.set(key, { key: entry.key, value: mergePatch(entries.get(key)?.value, entry.value) });
  }
  return { kind: 'object', entries, origin: patch.origin };
}
