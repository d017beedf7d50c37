import { roleOf } from '../node.ts';
import type { Registry } from '../registry.ts';
import {
  entriesOf,
  type Located,
  type LocatedEntry,
  type LocatedObject,
  type LocatedScalar,
  propertyOf,
  stringOf,
} from './located.ts';

/** A reference in the inputs of a node to an output that is no longer there. */
export interface LostReference {
  readonly node: string;
  readonly key: LocatedEntry['key'];
  readonly type: string;
  readonly reference: string;
  readonly at: LocatedScalar;
}

/** What is left of a document. */
export interface Remains {
  readonly document: LocatedObject;
  /** The first lost reference of every node that has fallen away, in the order in which they fell. */
  readonly fallen: readonly LostReference[];
}

/** Whether a reference, `node` or `node.port`, is to an output that is no longer there. */
export type IsLost = (reference: string) => boolean;

/**
 * Takes out of a document what needs outputs that are no longer there: every node that reads one, and what reads such
 * nodes. Only sinks do with less: of a list or map, the other entries stay, as what they write has no consequences.
 * The schedule no longer pulls what fell away, nor what it did now and then beside a pull of only such nodes.
 */
export function fallAway(document: LocatedObject, isLost: IsLost, registry: Registry): Remains {
  const nodes = new Map<string, LocatedEntry>(entriesOf(propertyOf(document, 'nodes')));
  const gone = new Set<string>();
  const fallen: LostReference[] = [];
  const lost: IsLost = (reference) => isLost(reference) || gone.has(reference.split('.')[0] as string);
  for (let before = -1; before < gone.size; ) {
    before = gone.size;
    for (const [name, entry] of nodes) {
      const [first] = [...referencesOf(entry.value)].filter(({ value }) => lost(value));
      if (!first) continue;
      const type = stringOf(entry.value, 'type') ?? '';
      const definition = registry.get(type);
      const rest = definition && roleOf(definition) === 'sink' ? withoutLost(entry.value, lost) : undefined;
      if (rest) nodes.set(name, { key: entry.key, value: rest });
      else {
        nodes.delete(name);
        gone.add(name);
        fallen.push({ node: name, key: entry.key, type, reference: first.value, at: first.at });
      }
    }
  }
  let rest = withProperty(document, 'nodes', (value) => ({ ...(value as LocatedObject), entries: nodes }));
  rest = withProperty(rest, 'schedule', (value) => withoutPulls(value, gone));
  return { document: rest, fallen };
}

interface Reference {
  readonly value: string;
  readonly at: LocatedScalar;
}

/** Every reference in the inputs of a node. */
function* referencesOf(node: Located): Iterable<Reference> {
  for (const [, { value }] of entriesOf(propertyOf(node, 'in'))) {
    for (const at of partsOf(value)) {
      if (at.kind === 'scalar' && typeof at.value === 'string') yield { value: at.value, at };
    }
  }
}

function partsOf(input: Located): readonly Located[] {
  if (input.kind === 'array') return input.items;
  return input.kind === 'object' ? [...input.entries.values()].map(({ value }) => value) : [input];
}

/** A node without lost entries in its lists and maps; undefined where an input has nothing left. */
function withoutLost(node: Located, lost: IsLost): Located | undefined {
  const stays = (part: Located) =>
    part.kind !== 'scalar' || typeof part.value !== 'string' || !lost(part.value);
  const inputs = new Map<string, LocatedEntry>();
  for (const [port, { key, value }] of entriesOf(propertyOf(node, 'in'))) {
    if (value.kind === 'scalar' && !stays(value)) return undefined;
    const left = filtered(value, stays);
    if (partsOf(left).length === 0 && partsOf(value).length > 0) return undefined;
    inputs.set(port, { key, value: left });
  }
  return withProperty(node as LocatedObject, 'in', (value) => ({
    ...(value as LocatedObject),
    entries: inputs,
  }));
}

function filtered(value: Located, stays: (part: Located) => boolean): Located {
  if (value.kind === 'array') return { ...value, items: value.items.filter(stays) };
  if (value.kind !== 'object') return value;
  return { ...value, entries: new Map([...value.entries].filter(([, entry]) => stays(entry.value))) };
}

/** Steps without the nodes that are gone; a step or stage that has nothing left to do goes too. */
function withoutPulls(steps: Located, gone: ReadonlySet<string>): Located {
  if (steps.kind !== 'array') return steps;
  return { ...steps, items: steps.items.flatMap((step) => stepWithout(step, gone)) };
}

function stepWithout(step: Located, gone: ReadonlySet<string>): readonly Located[] {
  if (step.kind !== 'object') return [step];
  const isGone = (name: Located) =>
    name.kind === 'scalar' && typeof name.value === 'string' && gone.has(name.value);
  const pulled = propertyOf(step, 'pull');
  if (pulled && isGone(pulled)) return [];
  let rest = withProperty(step, 'pull', (value) => filtered(value, (name) => !isGone(name)));
  rest = withProperty(rest, 'also', (value) => withoutPulls(value, gone));
  rest = withProperty(rest, 'steps', (value) => withoutPulls(value, gone));
  rest = withProperty(rest, 'params', (value) =>
    value.kind === 'object'
      ? { ...value, entries: new Map([...value.entries].filter(([name]) => !gone.has(name))) }
      : value,
  );
  const emptied = (key: string) => isEmpty(propertyOf(rest, key)) && !isEmpty(propertyOf(step, key));
  return emptied('pull') || emptied('steps') ? [] : [rest];
}

function isEmpty(list: Located | undefined): boolean {
  return list?.kind === 'array' && list.items.length === 0;
}

/** An object with another value for a key that it has. */
function withProperty(
  object: LocatedObject,
  key: string,
  change: (value: Located) => Located,
): LocatedObject {
  const entry = object.entries.get(key);
  if (!entry) return object;
  const entries = new Map(object.entries).set(key, { key: entry.key, value: change(entry.value) });
  return { ...object, entries };
}
