import type { Graph, GraphNode, Link, ScheduleStep } from './graph.ts';
import { Dependencies } from './order.ts';

/**
 * What to do with a node of a pull: `load` a source, `read` a buffer, `run` an operation or network, `update` the
 * weights of an optimizer's networks, `write` a buffer or sink.
 */
export type Action = 'load' | 'read' | 'run' | 'update' | 'write';

export interface PlanEntry {
  readonly node: GraphNode;
  readonly action: Action;
}

/** How to pull some nodes: exactly what they need, each once, in an order in which it can be done. */
export interface PullPlan {
  readonly targets: readonly string[];
  /** Loads and reads first, then runs, then updates, then writes. */
  readonly entries: readonly PlanEntry[];
}

/** Plans pulls of one graph. */
export interface Plan {
  readonly graph: Graph;
  /** Plans a pull; the same names give the same plan object. Throws RangeError for a name that is no node. */
  pull(names: string | readonly string[]): PullPlan;
  /** The plans of everything that a schedule step pulls: its own pull, then its `also`. */
  step(step: ScheduleStep): { readonly pull: PullPlan; readonly also: readonly PullPlan[] };
}

/** A node as dependencies see it. */
export interface Dependent {
  readonly name: string;
  /** True for buffers: reading one does not evaluate what is written into it. */
  readonly buffer: boolean;
  readonly links: Iterable<Link>;
}

/** The dependencies among nodes, with buffers cut. */
export function dependenciesOf(nodes: readonly Dependent[]): Dependencies {
  const dependencies = new Dependencies(nodes.map((node) => node.name));
  for (const { name, buffer, links } of nodes) {
    if (!buffer) for (const link of links) dependencies.addEdge(link.from.node, name);
  }
  return dependencies;
}

/** Prepares a checked graph for planning. The order of entries does not depend on the order of the document. */
export function planGraph(graph: Graph): Plan {
  const linksOf = (node: GraphNode) => [...node.inputs.values()].flat();
  const dependencies = dependenciesOf(
    [...graph.nodes.values()].map((node) => ({
      name: node.name,
      buffer: node.role === 'buffer',
      links: linksOf(node),
    })),
  );
  const rank = new Map(dependencies.order().map((name, i) => [name, i]));
  const plans = new Map<string, PullPlan>();

  const plan = (targets: readonly string[]): PullPlan => {
    const nodes = targets.map((name) => {
      const node = graph.nodes.get(name);
      if (!node) throw new RangeError(`There is no node "${name}" to pull`);
      return node;
    });
    const writes = nodes.filter((node) => node.role === 'buffer' || node.role === 'sink');
    const start = [
      ...nodes.filter((node) => !writes.includes(node)).map((node) => node.name),
      ...writes.flatMap(linksOf).map((link) => link.from.node),
    ];
    const needed = [...dependencies.ancestors(start)]
      .sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0))
      .map((name) => graph.nodes.get(name) as GraphNode);
    const entries = [
      ...needed.map((node): PlanEntry => ({ node, action: ACTIONS[node.role] })),
      ...[...new Set(writes)].map((node): PlanEntry => ({ node, action: 'write' })),
    ];
    return {
      targets,
      entries: PHASES.flatMap((phase) => entries.filter((entry) => phase.includes(entry.action))),
    };
  };

  const pull = (names: string | readonly string[]): PullPlan => {
    const targets = [...new Set(typeof names === 'string' ? [names] : names)];
    const key = JSON.stringify(targets);
    const planned = plans.get(key) ?? plan(targets);
    plans.set(key, planned);
    return planned;
  };
  return {
    graph,
    pull,
    step: (step) => ({ pull: pull(step.pull), also: step.also.map((one) => pull(one.pull)) }),
  };
}

const PHASES: readonly (readonly Action[])[] = [['load', 'read'], ['run'], ['update'], ['write']];

const ACTIONS: { readonly [role in GraphNode['role']]: Action } = {
  source: 'load',
  buffer: 'read',
  operation: 'run',
  network: 'run',
  optimizer: 'update',
  sink: 'write',
};
