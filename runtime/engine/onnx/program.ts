import type { GraphNode, HostNode, OnnxNode, Value } from './graph.ts';

/** A run of ONNX operators between two cuts. */
export interface SessionStage {
  readonly kind: 'session';
  readonly nodes: readonly OnnxNode[];
  /** Values from the caller or from earlier stages. */
  readonly inputs: readonly Value[];
  /** Values that later stages or the caller read. */
  readonly outputs: readonly Value[];
  /** Leaves whose content becomes part of the model. */
  readonly initializers: readonly Value[];
}

export interface HostStage {
  readonly kind: 'host';
  readonly node: HostNode;
}

export type Stage = SessionStage | HostStage;

/** A recorded graph cut into sessions and host operations, in order of execution. */
export interface Program {
  readonly stages: readonly Stage[];
  readonly leaves: readonly Value[];
  /** Index of the last stage that reads a value; values of the caller are kept. */
  readonly lastUse: ReadonlyMap<Value, number>;
  readonly memory: ProgramMemory;
}

/** Bytes that a run holds, known from shapes and lifetimes alone. */
export interface ProgramMemory {
  /** Leaves fed at every run: weights, arguments. */
  readonly inputs: number;
  /** Leaves compiled into the model. */
  readonly constants: number;
  /** The largest sum of intermediate values that are alive at once. */
  readonly activations: number;
}

/** Plans the computation of `targets`. `isConstant` says which leaves become part of the model. */
export function planProgram(targets: readonly Value[], isConstant: (leaf: Value) => boolean): Program {
  const nodes = reachable(targets);
  const { level, levels } = assignLevels(nodes, targets);
  const consumers = consumersOf(nodes);
  const wanted = new Set(targets);
  const stages: Stage[] = [];
  for (let current = 0; current < levels; current++) {
    const hosts = nodes.filter(
      (node): node is HostNode => node.kind === 'host' && level.get(node) === current,
    );
    for (const node of hosts) stages.push({ kind: 'host', node });
    const inside = nodes.filter(
      (node): node is OnnxNode => node.kind === 'onnx' && level.get(node) === current,
    );
    if (inside.length > 0) stages.push(sessionStage(inside, consumers, wanted, isConstant));
  }
  const lastUse = new Map<Value, number>();
  stages.forEach((stage, index) => {
    for (const value of stage.kind === 'host' ? stage.node.inputs : stage.inputs)
      if (value) lastUse.set(value, index);
  });
  const leaves = new Set<Value>(targets.filter((value) => !value.producer));
  for (const node of nodes) for (const input of node.inputs) if (input && !input.producer) leaves.add(input);
  return { stages, leaves: [...leaves], lastUse, memory: measure(nodes, leaves, wanted, isConstant) };
}

/** Every node that the targets need, in recorded order, which is an order of execution. */
function reachable(targets: readonly Value[]): GraphNode[] {
  const found = new Set<GraphNode>();
  const open: Value[] = [...targets];
  for (let value = open.pop(); value; value = open.pop()) {
    if (!value.producer || found.has(value.producer)) continue;
    found.add(value.producer);
    for (const input of value.producer.inputs) if (input) open.push(input);
  }
  return [...found].sort((a, b) => a.id - b.id);
}

/**
 * Session k runs after the host operations of level k. Operators go as late as their readers allow: what only the
 * last session reads is computed there, and its intermediate results never cross a cut.
 */
function assignLevels(nodes: readonly GraphNode[], targets: readonly Value[]) {
  const earliest = new Map<GraphNode, number>();
  for (const node of nodes) {
    const inputs = node.inputs.map((value) =>
      value?.producer ? (earliest.get(value.producer) as number) : 0,
    );
    earliest.set(node, Math.max(0, ...inputs) + (node.kind === 'host' ? 1 : 0));
  }
  const last = Math.max(0, ...earliest.values());
  const latest = new Map<GraphNode, number>();
  const demand = (value: Value | undefined, level: number) => {
    if (!value?.producer) return;
    latest.set(value.producer, Math.min(latest.get(value.producer) ?? last, level));
  };
  for (const value of targets) demand(value, last);
  for (const node of [...nodes].reverse()) {
    const own = node.kind === 'host' ? (earliest.get(node) as number) : (latest.get(node) as number);
    latest.set(node, own);
    for (const input of node.inputs) demand(input, node.kind === 'host' ? own - 1 : own);
  }
  return { level: latest, levels: last + 1 };
}

function consumersOf(nodes: readonly GraphNode[]): Map<Value, GraphNode[]> {
  const consumers = new Map<Value, GraphNode[]>();
  for (const node of nodes) {
    for (const input of node.inputs) {
      if (!input) continue;
      const list = consumers.get(input);
      if (list) list.push(node);
      else consumers.set(input, [node]);
    }
  }
  return consumers;
}

function sessionStage(
  nodes: readonly OnnxNode[],
  consumers: ReadonlyMap<Value, readonly GraphNode[]>,
  wanted: ReadonlySet<Value>,
  isConstant: (leaf: Value) => boolean,
): SessionStage {
  const inside = new Set<GraphNode>(nodes);
  const inputs = new Set<Value>();
  const initializers = new Set<Value>();
  for (const node of nodes) {
    for (const input of node.inputs) {
      if (!input || (input.producer && inside.has(input.producer))) continue;
      if (!input.producer && isConstant(input)) initializers.add(input);
      else inputs.add(input);
    }
  }
  const outputs = nodes
    .flatMap((node) => node.outputs)
    .filter((value) => wanted.has(value) || consumers.get(value)?.some((consumer) => !inside.has(consumer)));
  return { kind: 'session', nodes, inputs: [...inputs], outputs, initializers: [...initializers] };
}

function measure(
  nodes: readonly GraphNode[],
  leaves: ReadonlySet<Value>,
  wanted: ReadonlySet<Value>,
  isConstant: (leaf: Value) => boolean,
): ProgramMemory {
  const lastReader = new Map<Value, GraphNode>();
  for (const node of nodes) for (const input of node.inputs) if (input) lastReader.set(input, node);
  let alive = 0;
  let activations = 0;
  for (const node of nodes) {
    for (const output of node.outputs) alive += output.bytes;
    activations = Math.max(activations, alive);
    for (const value of new Set([...node.inputs, ...node.outputs])) {
      if (!value?.producer || wanted.has(value)) continue;
      const reader = lastReader.get(value);
      if (reader === node || !reader) alive -= value.bytes;
    }
  }
  const bytes = (constants: boolean) =>
    [...leaves].filter((leaf) => isConstant(leaf) === constants).reduce((sum, leaf) => sum + leaf.bytes, 0);
  return { inputs: bytes(false), constants: bytes(true), activations };
}
