import type { ErrorDetails, Reporter } from './errors.ts';
import { DOCUMENT_FORM } from './form.ts';
import { entriesOf, type Located, type LocatedEntry, propertyOf } from './located.ts';
import { mergePatch } from './merge.ts';
import { parseSet } from './set.ts';

const PARTS = Object.keys(DOCUMENT_FORM.properties);

/**
 * The document with one `--set` argument applied. One that meets nothing in the document is an error and leaves it as
 * it was: whoever writes an override means something that is there.
 */
export function override(document: Located, argument: string, report: Reporter): Located {
  const patch = parseSet(argument, report);
  if (!patch) return document;
  const { reason, ...guess } = misfit(document, patch) ?? {};
  if (reason === undefined) return mergePatch(document, patch);
  report.add('bad-override', patch.origin, { found: argument, reason, ...guess });
  return document;
}

type Misfit = Pick<ErrorDetails, 'wrong' | 'among'> & { readonly reason: string };

/** Why a patch changes nothing that a graph has; undefined where it does. */
function misfit(document: Located, patch: Located): Misfit | undefined {
  const [part] = entriesOf(patch);
  return part && (partMisfit(document, part) ?? pathMisfit(document, patch));
}

function partMisfit(document: Located, [part, { value }]: [string, LocatedEntry]): Misfit | undefined {
  if (!PARTS.includes(part)) {
    const settings = [...entriesOf(propertyOf(document, 'settings'))].map(([name]) => `settings.${name}`);
    const meant = settings.includes(`settings.${part}`) ? `settings.${part}` : part;
    return { reason: `a graph has no part "${part}"`, wrong: meant, among: [...PARTS, ...settings] };
  }
  if (part !== 'nodes') return undefined;
  const nodes = new Map(entriesOf(propertyOf(document, 'nodes')));
  const wrong = [...entriesOf(value)].find(
    ([name, entry]) => !nodes.has(name) && !propertyOf(entry.value, 'type'),
  );
  return wrong && { reason: `there is no node "${wrong[0]}"`, wrong: wrong[0], among: nodes.keys() };
}

/** A path through a list, or one that ends in an object without keys. */
function pathMisfit(document: Located | undefined, patch: Located, path = ''): Misfit | undefined {
  if (patch.kind !== 'object') return undefined;
  if (document?.kind === 'array')
    return { reason: `"${path}" is a list, which can only be replaced as a whole: ${path}=[…]` };
  if (patch.entries.size === 0 && document?.kind === 'object')
    return { reason: 'an object without keys changes nothing; null takes things away' };
  for (const [key, { value }] of patch.entries) {
    const found = pathMisfit(propertyOf(document, key), value, path ? `${path}.${key}` : key);
    if (found) return found;
  }
  return undefined;
}
