import { type ParamsJson, parameterWith, roleOf } from '../node.ts';
import { canonicalJson } from './canonical.ts';
import type { Check, Draft } from './draft.ts';
import type { ErrorDetails, GraphErrorCode } from './errors.ts';
import {
  entriesOf,
  entryOf,
  type Json,
  type Located,
  type Path,
  propertyOf,
  stringOf,
  toPointer,
} from './located.ts';
import type { Dependencies } from './order.ts';
import { isUnresolved } from './settings.ts';

/** The node whose weights a network uses: itself, or the one that it names. */
export function ownerOf(check: Check, draft: Draft): string | undefined {
  if (!draft.type || roleOf(draft.type) !== 'network') return undefined;
  const shared = stringOf(draft.located, 'weights');
  return shared === undefined ? draft.name : check.drafts.has(shared) ? shared : undefined;
}

/** Whether optimizers leave a network alone: what the graph says, else what its type says. */
export function isFrozen(draft: Draft): boolean {
  const stated = propertyOf(draft.located, 'frozen');
  if (stated?.kind === 'scalar' && typeof stated.value === 'boolean') return stated.value;
  return draft.type?.role === 'network' && draft.type.frozen === true;
}

/** Whether a network’s weights come from a file, or are of use as they begin. */
export function isFilled(draft: Draft, params: ParamsJson | undefined): boolean {
  if (draft.type?.role === 'network' && draft.type.usableUntrained) return true;
  const parameter = draft.type && parameterWith(draft.type, 'checkpoint');
  return parameter !== undefined && Boolean(params?.[parameter]);
}

/** Reports "weights" and "frozen" where they mean nothing, and weights that cannot be shared. */
export function checkSharing(check: Check): void {
  for (const draft of check.drafts.values()) {
    if (!draft.type) continue;
    const role = roleOf(draft.type);
    const shared = entryOf(draft.located, 'weights');
    for (const key of ['weights', 'frozen']) {
      const entry = entryOf(draft.located, key);
      const reason =
        role !== 'network'
          ? `${draft.type.type} has no weights`
          : key === 'frozen' && shared
            ? 'the weights are those of another network, which says whether they are frozen'
            : undefined;
      if (!entry || !reason) continue;
      const pointer = toPointer(['nodes', draft.name, key]);
      check.report.add('misplaced-key', entry.key, { pointer, node: draft.name, found: `"${key}"`, reason });
    }
    if (shared && role === 'network') checkShared(check, draft, shared.value);
  }
}

/** Reports networks that sinks take the weights of and that are none. */
export function checkSaved(check: Check): void {
  for (const draft of check.drafts.values()) {
    const parameter = draft.type && parameterWith(draft.type, 'weights');
    if (parameter === undefined) continue;
    const written = propertyOf(propertyOf(draft.located, 'params'), parameter);
    for (const [name, entry] of entriesOf(written)) {
      const named = check.drafts.get(name);
      if (named && (!named.type || roleOf(named.type) === 'network')) continue;
      const pointer = toPointer(['nodes', draft.name, 'params', parameter, name]);
      const about = { pointer, node: draft.name, found: `"${name}"` };
      if (!named) {
        check.report.add('unknown-node', entry.key, { ...about, wrong: name, among: networksOf(check) });
      } else {
        const reason = `of type ${named.type?.type}`;
        check.report.add('not-a-network', entry.key, { ...about, reason, among: networksOf(check) });
      }
    }
  }
}

function checkShared(check: Check, draft: Draft, value: Located): void {
  if (value.kind !== 'scalar' || typeof value.value !== 'string' || isUnresolved(value)) return;
  const name = value.value;
  const owner = check.drafts.get(name);
  const fail = (code: GraphErrorCode, details: ErrorDetails) =>
    check.report.add(code, value.origin, {
      pointer: toPointer(['nodes', draft.name, 'weights']),
      node: draft.name,
      found: `"${name}"`,
      ...details,
    });
  if (!owner) {
    fail('unknown-node', { wrong: name, among: networksOf(check) });
    return;
  }
  if (!owner.type || !draft.type) return;
  if (roleOf(owner.type) !== 'network') {
    fail('not-a-network', { reason: `of type ${owner.type.type}`, wrong: name, among: networksOf(check) });
  } else if (owner === draft) {
    fail('weights-mismatch', { reason: 'it is the same node; leave "weights" out' });
  } else if (stringOf(owner.located, 'weights') !== undefined) {
    const further = stringOf(owner.located, 'weights');
    fail('weights-mismatch', {
      reason: `that network uses the weights of "${further}" itself; name that one`,
    });
  } else if (owner.type !== draft.type) {
    fail('weights-mismatch', { reason: `it is of type ${owner.type.type}, not ${draft.type.type}` });
  } else if (owner.params && draft.params && architecture(owner) !== architecture(draft)) {
    fail('weights-mismatch', { reason: 'their parameters differ' });
  }
}

/** A network's parameters but for its checkpoint, which only the owner of the weights needs. */
function architecture(draft: Draft): string {
  const params = { ...draft.params };
  const checkpoint = draft.type && parameterWith(draft.type, 'checkpoint');
  if (checkpoint !== undefined) delete params[checkpoint];
  return canonicalJson(params as { [key: string]: Json });
}

function networksOf(check: Check): string[] {
  return [...check.drafts.values()]
    .filter((one) => one.type && roleOf(one.type) === 'network')
    .map((one) => one.name);
}

/**
 * Reports what is wrong with the networks that an optimizer trains, and returns the owners of their weights.
 * `located` is the list as it was written, in the node or in a stage.
 */
export function checkTrained(
  check: Check,
  optimizer: Draft,
  located: { readonly params: Located | undefined; readonly path: Path; readonly names: readonly string[] },
  dependencies: Dependencies,
): string[] {
  const parameter = optimizer.type && parameterWith(optimizer.type, 'networks');
  if (parameter === undefined) return [];
  const list = propertyOf(located.params, parameter);
  const path = [...located.path, parameter];
  const about = { node: optimizer.name, port: parameter };
  if (located.names.length === 0) {
    check.report.add('trains-nothing', list?.origin ?? optimizer.key, { ...about, pointer: toPointer(path) });
    return [];
  }
  const reached = new Set<string>();
  for (const name of dependencies.ancestors([optimizer.name])) {
    const draft = check.drafts.get(name);
    const owner = draft && ownerOf(check, draft);
    if (owner !== undefined) reached.add(owner);
  }
  const owners = new Set<string>();
  located.names.forEach((name, i) => {
    const at = list?.kind === 'array' ? list.items[i] : list;
    const origin = at?.origin ?? optimizer.key;
    const fail = (code: GraphErrorCode, details: ErrorDetails = {}) =>
      check.report.add(code, origin, {
        ...about,
        pointer: toPointer([...path, i]),
        found: `"${name}"`,
        ...details,
      });
    const draft = check.drafts.get(name);
    if (!draft) {
      fail('unknown-node', { wrong: name, among: networksOf(check) });
      return;
    }
    if (!draft.type) return;
    const owner = ownerOf(check, draft);
    if (roleOf(draft.type) !== 'network') {
      fail('not-a-network', { reason: `of type ${draft.type.type}`, wrong: name, among: networksOf(check) });
    } else if (owner !== undefined) {
      const ownerDraft = check.drafts.get(owner);
      if (ownerDraft && isFrozen(ownerDraft)) fail('trains-frozen');
      else if (!reached.has(owner) && connected(check, optimizer, dependencies)) fail('trains-unreached');
      owners.add(owner);
    }
  });
  return [...owners];
}

/** Whether everything that a node needs is known: otherwise a connection that is wrong elsewhere may be missing. */
function connected(check: Check, draft: Draft, dependencies: Dependencies): boolean {
  for (const name of dependencies.ancestors([draft.name])) {
    const one = check.drafts.get(name);
    if (!one?.type) return false;
    const links = new Set(one.links.map((link) => link.to.port));
    const missing = Object.entries(one.type.inputs).some(
      ([port, { optional }]) => !optional && !links.has(port),
    );
    const given = propertyOf(one.located, 'in');
    const broken = given?.kind === 'object' && [...given.entries.keys()].some((port) => !links.has(port));
    if (roleOf(one.type) !== 'buffer' && (missing || broken)) return false;
  }
  return true;
}
