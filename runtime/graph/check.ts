import { type ParamsJson, parameterWith, roleOf } from '../node.ts';
import type { Registry } from '../registry.ts';
import { type Check, connect, type Draft, draftNodes } from './draft.ts';
import { type GraphError, InvalidGraph, Reporter } from './errors.ts';
import { checkForm } from './form.ts';
import type { Graph, GraphNode, Link, ScheduleStep } from './graph.ts';
import { graphHash, type LoadedGraph, type LoadOptions, loadGraph } from './load.ts';
import {
  entriesOf,
  type Located,
  type LocatedObject,
  propertyOf,
  stringOf,
  toJson,
  toPointer,
} from './located.ts';
import { checkSaved, checkSharing, checkTrained, isFilled, isFrozen, ownerOf } from './networks.ts';
import type { Dependencies } from './order.ts';
import { withPicture } from './picture.ts';
import { dependenciesOf } from './plan.ts';
import { resolvedDocument } from './resolved.ts';
import { readSchedule } from './schedule.ts';
import { bind, readSettings, type Settings } from './settings.ts';
import { bindSchedule, type StageSettings } from './stages.ts';
import { checkTypes } from './types.ts';

/** The outcome of a check: a graph to run, or everything that is wrong. */
export type CheckedGraph =
  | { readonly graph: Graph; readonly errors: readonly [] }
  | { readonly graph?: undefined; readonly errors: readonly GraphError[] };

export interface OpenOptions extends LoadOptions {
  readonly registry: Registry;
  /** A file that takes the place of the graph's own pictures; see `withPicture`. */
  readonly image?: string;
}

/** Reads, resolves and checks a graph. Throws InvalidGraph with all errors. */
export function openGraph(graph: string, { registry, image, ...options }: OpenOptions): Graph {
  const loaded = loadGraph(graph, options);
  const pictured = image === undefined ? loaded : withPicture(loaded, image, registry);
  const checked = checkGraph(pictured, registry);
  if (!checked.graph) throw new InvalidGraph(checked.errors);
  return checked.graph;
}

/** Checks a loaded graph against the node types. Never throws for a wrong document; reports all errors at once. */
export function checkGraph(loaded: LoadedGraph, registry: Registry): CheckedGraph {
  const report = new Reporter(loaded.errors);
  const graph = loaded.document && build(loaded, loaded.document, registry, report);
  return graph && report.count === 0 ? { graph, errors: [] } : { errors: report.errors };
}

function build(loaded: LoadedGraph, document: LocatedObject, registry: Registry, report: Reporter): Graph {
  const settings = readSettings(propertyOf(document, 'settings'), report);
  const stages: StageSettings = new WeakMap();
  const written = propertyOf(document, 'nodes');
  const nodes = written && bind(written, settings, report, ['nodes']);
  const rawSchedule = propertyOf(document, 'schedule');
  const schedule = rawSchedule && bindSchedule(rawSchedule, settings, report, stages);
  const bound = withEntries(
    document,
    new Map([
      ['nodes', nodes],
      ['schedule', schedule],
    ]),
  );
  checkForm(bound, toJson(bound), report);

  const drafts = draftNodes(nodes, registry, report);
  const check: Check = { registry, report, drafts };
  connect(check);
  const dependencies = dependenciesOf([...drafts.values()].map(dependent));
  reportCycles(check, dependencies);
  const order = completeOrder(dependencies, drafts);
  checkTypes(check, order, (name) => drafts.get(name)?.params);
  checkSharing(check);
  checkSaved(check);
  const trains = trainedBy(check, dependencies);
  const steps = schedule
    ? readSchedule(check, { schedule, nodes: written, stages, dependencies, order })
    : [];
  reportUntrained(check, dependencies, steps, trains);
  reportUnused(document, loaded, settings, report);

  const resolved = resolvedDocument(document, (name) => drafts.get(name)?.type?.version);
  return {
    file: loaded.file,
    title: stringOf(document, 'title') ?? '',
    document: resolved,
    hash: graphHash(resolved),
    nodes: new Map([...drafts.values()].flatMap((draft) => finished(check, draft, trains))),
    schedule: steps,
  };
}

function withEntries(
  document: LocatedObject,
  values: ReadonlyMap<string, Located | undefined>,
): LocatedObject {
  const entries = new Map(document.entries);
  for (const [key, entry] of entries) {
    const value = values.get(key);
    if (value) entries.set(key, { key: entry.key, value });
  }
  return { ...document, entries };
}

function dependent(draft: Draft) {
  return { name: draft.name, buffer: draft.type?.role === 'buffer', links: draft.links };
}

function reportCycles(check: Check, dependencies: Dependencies): void {
  for (const circle of dependencies.circles()) {
    const [first = '', second = ''] = circle;
    const links = circle.slice(1).map((name, i) => linkBetween(check, circle[i] ?? '', name));
    const at = linkBetween(check, first, second);
    if (!at) continue;
    check.report.add('cycle', at.origin, {
      pointer: at.pointer,
      node: second,
      port: at.to.port,
      found: circle.join(' → '),
      related: links
        .filter((link): link is Link => link !== undefined && link !== at)
        .slice(0, 12)
        .map((link) => ({ message: `${link.from.node} enters ${link.to.node} here`, at: link.origin })),
    });
  }
}

function linkBetween(check: Check, from: string, to: string): Link | undefined {
  return check.drafts.get(to)?.links.find((link) => link.from.node === from);
}

/** Producers before consumers; buffers' writers come anywhere, and nodes on cycles last. */
function completeOrder(dependencies: Dependencies, drafts: ReadonlyMap<string, Draft>): string[] {
  const order = dependencies.order();
  const ordered = new Set(order);
  return [...order, ...[...drafts.keys()].filter((name) => !ordered.has(name)).sort()];
}

function namesIn(type: Draft['type'], params: ParamsJson | undefined): readonly string[] | undefined {
  const parameter = type && parameterWith(type, 'networks');
  return parameter === undefined ? undefined : (params?.[parameter] as readonly string[] | undefined);
}

/** The owners of the weights that each optimizer trains by the document's own parameters. */
function trainedBy(check: Check, dependencies: Dependencies): Map<string, readonly string[]> {
  const trains = new Map<string, readonly string[]>();
  for (const draft of check.drafts.values()) {
    const names = namesIn(draft.type, draft.params);
    if (!names) continue;
    const place = {
      params: propertyOf(draft.located, 'params'),
      path: ['nodes', draft.name, 'params'],
      names,
    };
    trains.set(draft.name, checkTrained(check, draft, place, dependencies));
  }
  return trains;
}

/** Reports networks that the schedule uses while no optimizer that it pulls trains them and no file fills them. */
function reportUntrained(
  check: Check,
  dependencies: Dependencies,
  steps: readonly ScheduleStep[],
  trains: ReadonlyMap<string, readonly string[]>,
): void {
  const trained = new Set<string>();
  const pulled = new Set<string>();
  for (const step of steps) {
    for (const name of [...step.pull, ...step.also.flatMap((one) => one.pull)]) {
      pulled.add(name);
      for (const owner of step.trains.get(name) ?? trains.get(name) ?? []) trained.add(owner);
    }
  }
  // An optimizer with a wrong parameter may be the one that trains a network.
  for (const name of pulled) {
    const draft = check.drafts.get(name);
    if (!draft?.type || (roleOf(draft.type) === 'optimizer' && !draft.params)) return;
  }
  const start = [...pulled].flatMap((name) => {
    const draft = check.drafts.get(name);
    return draft?.type?.role === 'buffer' ? draft.links.map((link) => link.from.node) : [name];
  });
  const reported = new Set<string>();
  for (const name of dependencies.ancestors(start)) {
    const draft = check.drafts.get(name);
    const owner = draft && check.drafts.get(ownerOf(check, draft) ?? '');
    if (
      !owner?.params ||
      trained.has(owner.name) ||
      reported.has(owner.name) ||
      isFilled(owner, owner.params)
    )
      continue;
    reported.add(owner.name);
    check.report.add('untrained-network', owner.key, {
      pointer: toPointer(['nodes', owner.name]),
      node: owner.name,
    });
  }
}

/** Reports values for settings that nothing refers to, when the asked-for file or an override gives them. */
function reportUnused(
  document: LocatedObject,
  loaded: LoadedGraph,
  settings: Settings,
  report: Reporter,
): void {
  const bases = new Set(loaded.sources.slice(1));
  for (const [name, { key }] of entriesOf(propertyOf(document, 'settings'))) {
    if (settings.used.has(name) || loaded.references.has(name) || bases.has(key.source)) continue;
    const pointer = toPointer(['settings', name]);
    report.add('unused-setting', key, { pointer, found: `"${name}"`, wrong: name, among: settings.used });
  }
}

function finished(
  check: Check,
  draft: Draft,
  trains: ReadonlyMap<string, readonly string[]>,
): [string, GraphNode][] {
  const { name, type, params, links, located } = draft;
  if (!type || !params) return [];
  const inputs = new Map<string, Link[]>();
  for (const link of links) {
    const port = inputs.get(link.to.port);
    if (port) port.push(link);
    else inputs.set(link.to.port, [link]);
  }
  for (const [port, one] of inputs) {
    if (type.inputs[port]?.holds === 'map') one.sort((a, b) => (String(a.key) < String(b.key) ? -1 : 1));
  }
  const weights = ownerOf(check, draft);
  const owner = check.drafts.get(weights ?? '');
  const trained = trains.get(name);
  const node: GraphNode = {
    name,
    title: stringOf(located, 'title') ?? type.title,
    type,
    role: roleOf(type),
    params,
    inputs,
    ...(weights !== undefined && owner && { weights, frozen: isFrozen(owner) }),
    ...(trained && { trains: trained }),
  };
  return [[name, node]];
}
