import type { NodeType, ParamsJson } from '../node.ts';
import type { Registry } from '../registry.ts';
import type { ErrorDetails, GraphErrorCode, Reporter } from './errors.ts';
import type { Link } from './graph.ts';
import { entriesOf, type Json, type Located, propertyOf, stringOf, toJson, toPointer } from './located.ts';
import { isUnresolved } from './settings.ts';
import type { Origin } from './source.ts';
import { describe, opening, reportInvalid, type ValidationPlace } from './validate.ts';

/** A node on its way through the check. */
export interface Draft {
  readonly name: string;
  /** The node in the document with settings bound, and where its name stands. */
  readonly located: Located;
  readonly key: Origin;
  /** Undefined where the type is missing or unknown: nothing that depends on it is reported again. */
  readonly type?: NodeType;
  /** Undefined where the parameters are wrong. */
  readonly params?: ParamsJson;
  links: Link[];
}

/** What checks of one document share. */
export interface Check {
  readonly registry: Registry;
  readonly report: Reporter;
  readonly drafts: ReadonlyMap<string, Draft>;
}

/** Looks up the types of all nodes and checks their parameters. `nodes` has its settings bound. */
export function draftNodes(
  nodes: Located | undefined,
  registry: Registry,
  report: Reporter,
): Map<string, Draft> {
  const drafts = new Map<string, Draft>();
  const types = registry.types.map((type) => type.type);
  for (const [name, entry] of entriesOf(nodes)) {
    const at = propertyOf(entry.value, 'type');
    const typeName = stringOf(entry.value, 'type');
    const type = typeName === undefined ? undefined : registry.get(typeName);
    if (at && typeName !== undefined && !type && !isUnresolved(at)) {
      report.add('unknown-type', at.origin, {
        pointer: toPointer(['nodes', name, 'type']),
        node: name,
        found: `"${typeName}"`,
        wrong: typeName,
        among: types,
      });
    }
    const params =
      type && checkParams(name, entry.value, type, propertyOf(entry.value, 'params'), { registry, report });
    drafts.set(name, {
      name,
      located: entry.value,
      key: entry.key,
      ...(type && { type }),
      ...(params && { params }),
      links: [],
    });
  }
  return drafts;
}

/** The parameters with defaults, or undefined after reporting what is wrong with them. */
export function checkParams(
  name: string,
  node: Located,
  type: NodeType,
  params: Located | undefined,
  { registry, report }: Pick<Check, 'registry' | 'report'>,
  overlay?: ValidationPlace['overlay'],
): ParamsJson | undefined {
  if (params && params.kind !== 'object') return undefined;
  const json = migrated(name, node, type, params ? toJson(params) : {}, report);
  if (json === undefined) return undefined;
  const { value, errors } = registry.validator(type)(json);
  const root: Located = params ?? { kind: 'object', entries: new Map(), origin: opening(node) };
  reportInvalid(
    errors,
    { root, path: ['nodes', name, 'params'], node: name, ...(overlay && { overlay }) },
    report,
  );
  return errors.length === 0 ? (value as ParamsJson) : undefined;
}

function migrated(
  name: string,
  node: Located,
  type: NodeType,
  params: Json,
  report: Reporter,
): Json | undefined {
  const stated = propertyOf(node, 'version');
  const version = stated?.kind === 'scalar' ? stated.value : undefined;
  if (!stated || typeof version !== 'number' || version === type.version) return params;
  const fail = (code: GraphErrorCode) =>
    report.add(code, stated.origin, {
      pointer: toPointer(['nodes', name, 'version']),
      node: name,
      type: type.type,
      found: String(version),
      expected: String(type.version),
    });
  if (version > type.version) {
    fail('type-newer');
    return undefined;
  }
  let at = params as ParamsJson;
  for (let from = version; from < type.version; from++) {
    const step = type.migrations?.[from];
    if (!step) {
      fail('type-older');
      return undefined;
    }
    at = step(at);
  }
  return at as Json;
}

const FORMS = {
  one: 'one reference, such as "node.port"',
  list: 'an array of references, or one reference to an output that is a list',
  map: 'an object of references, or one reference to an output that is a map',
} as const;

/** Reads every node's connections into its draft, and reports wrong references and missing inputs. */
export function connect(check: Check): void {
  for (const draft of check.drafts.values()) {
    if (!draft.type) continue;
    const given = propertyOf(draft.located, 'in');
    for (const [name, entry] of entriesOf(given)) {
      const port = Object.hasOwn(draft.type.inputs, name) ? draft.type.inputs[name] : undefined;
      if (!port) {
        const among = Object.keys(draft.type.inputs);
        check.report.add('unknown-port', entry.key, {
          pointer: toPointer(['nodes', draft.name, 'in', name]),
          node: draft.name,
          port: name,
          type: draft.type.type,
          found: `"${name}"`,
          expected: among.join(', ') || 'none',
          wrong: name,
          among,
        });
      } else connectInput(check, draft, name, entry.value);
    }
    for (const [name, port] of Object.entries(draft.type.inputs)) {
      if (port.optional || propertyOf(given, name)) continue;
      check.report.add('missing-input', draft.key, {
        pointer: toPointer(['nodes', draft.name, 'in', name]),
        node: draft.name,
        port: name,
        expected: port.type,
      });
    }
  }
}

function connectInput(check: Check, draft: Draft, port: string, value: Located): void {
  const holds = draft.type?.inputs[port]?.holds ?? 'one';
  const path = ['nodes', draft.name, 'in', port];
  if (value.kind === 'scalar') link(check, draft, port, value, path, undefined);
  else if (value.kind === 'array' && holds === 'list') {
    for (const [i, item] of value.items.entries()) link(check, draft, port, item, [...path, i], i);
  } else if (value.kind === 'object' && holds === 'map') {
    for (const [key, entry] of value.entries) link(check, draft, port, entry.value, [...path, key], key);
  } else {
    check.report.add('wrong-connection', value.origin, {
      pointer: toPointer(path),
      node: draft.name,
      port,
      found: describe(toJson(value)),
      expected: FORMS[holds],
    });
  }
}

/** Resolves one reference, `node` or `node.port`. Nothing is said about references to nodes that are wrong. */
function link(
  check: Check,
  draft: Draft,
  port: string,
  value: Located,
  path: readonly (string | number)[],
  key: number | string | undefined,
): void {
  if (value.kind !== 'scalar' || typeof value.value !== 'string' || isUnresolved(value)) return;
  const reference = value.value;
  const pointer = toPointer(path);
  const fail = (code: GraphErrorCode, details: ErrorDetails) =>
    check.report.add(code, value.origin, { pointer, node: draft.name, port, ...details });
  const [name = '', output, ...more] = reference.split('.');
  if (name === '' || output === '' || more.length > 0) {
    fail('bad-reference', { found: `"${reference}"` });
    return;
  }
  const from = check.drafts.get(name);
  if (!from) {
    fail('unknown-node', { found: `"${name}"`, wrong: name, among: check.drafts.keys() });
    return;
  }
  if (!from.type) return;
  const outputs = Object.keys(from.type.outputs);
  const expected = outputs.map((one) => `"${name}.${one}"`).join(', ') || 'none';
  if (output === undefined && outputs.length > 1) {
    fail('which-output', { found: `"${name}"`, expected });
    return;
  }
  const chosen = output ?? outputs[0];
  const given =
    chosen !== undefined && Object.hasOwn(from.type.outputs, chosen) ? from.type.outputs[chosen] : undefined;
  if (!given || chosen === undefined) {
    fail('unknown-output', {
      source: name,
      found: chosen === undefined ? 'at all' : `"${chosen}"`,
      expected,
      ...(chosen !== undefined && { wrong: chosen, among: outputs }),
    });
    return;
  }
  const holds = draft.type?.inputs[port]?.holds ?? 'one';
  const wanted = key === undefined ? holds : 'one';
  if (given.holds !== wanted) {
    const found =
      given.holds === 'one' ? `"${reference}", one tensor` : `"${reference}", a ${given.holds} of tensors`;
    fail('wrong-connection', { found, expected: FORMS[wanted] });
    return;
  }
  draft.links.push({
    from: { node: name, port: chosen },
    to: { node: draft.name, port },
    ...(key !== undefined && { key }),
    origin: value.origin,
    pointer,
  });
}
