import type { RunNode } from '../../runtime/run/events.ts';
import { targetsOf } from './ancestors.ts';
import { nodesOf, type RunView, stagesOf } from './run-view.ts';

export type NodeState = 'idle' | 'running' | 'done' | 'failed';

/** A row of the graph's tree, from what is pulled down to the sources. */
export interface TreeRow {
  readonly node: RunNode;
  readonly state: NodeState;
  readonly depth: number;
  /** The guides before the name, e.g. `│ ├ `. */
  readonly guide: string;
  /** Share of the pulled node's time, in [0, 1], where a profile tells. */
  readonly share?: number;
  /** Inputs that stand elsewhere in this tree, under another reader. */
  readonly above: readonly string[];
  /** Nodes that a closed root hides; 0 elsewhere. */
  readonly hidden: number;
}

/** Guides of rows deeper than this keep the innermost ones. */
const MAX_GUIDES = 8;

/**
 * The graph as a tree: a root for each node that the schedule pulls, in its order, then for each that nothing reads
 * (sinks, metrics). The first root that is being pulled is open, or the one named by `open`; a node stands once in a tree.
 */
export function treeOf(view: RunView, open?: string): readonly TreeRow[] {
  const byName = new Map(nodesOf(view).map((node) => [node.name, node]));
  const opened = open ?? pulledRoot(view);
  return rootsOf(view, byName).flatMap((root) => {
    const rows = branch(view, byName, root);
    const [first] = rows;
    return root === opened || !first ? rows : [{ ...first, above: [], hidden: rows.length - 1 }];
  });
}

/** The first of the nodes that are being pulled. */
export function pulledRoot(view: RunView): string | undefined {
  return view.pull && targetsOf(view.pull.node)[0];
}

/** Names of the roots: what the schedule pulls, then what nothing reads. */
export function rootsOf(
  view: RunView,
  byName = new Map(nodesOf(view).map((n) => [n.name, n])),
): readonly string[] {
  const pulled = stagesOf(view).flatMap((stage) => stage.pulls.flatMap((pull) => targetsOf(pull.node)));
  const read = new Set([...byName.values()].flatMap((node) => node.inputs));
  const ends = [...byName.keys()].filter((name) => !read.has(name));
  return [...new Set([...pulled, ...ends])].filter((name) => byName.has(name));
}

interface Visit {
  readonly node: RunNode;
  readonly inputs: readonly string[];
  readonly depth: number;
}

function branch(view: RunView, byName: ReadonlyMap<string, RunNode>, root: string): TreeRow[] {
  const visits: Visit[] = [];
  const parents = new Map<string, string>();
  const open = [{ name: root, parent: '', depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { name, parent, depth } = next;
    const node = byName.get(name);
    if (!node || parents.has(name)) continue;
    parents.set(name, parent);
    const inputs = node.role === 'buffer' && depth > 0 ? [] : [...new Set(node.inputs)];
    visits.push({ node, inputs, depth });
    for (const input of inputs.toReversed()) open.push({ name: input, parent: name, depth: depth + 1 });
  }
  const guides = guidesOf(visits.map((visit) => visit.depth));
  const shares = sharesOf(view, root);
  return visits.map(({ node, inputs, depth }, index) => {
    const share = shares[node.name];
    return {
      node,
      state: stateOf(view, node.name),
      depth,
      guide: guides[index] ?? '',
      ...(share === undefined ? {} : { share }),
      above: inputs.filter((input) => parents.has(input) && parents.get(input) !== node.name),
      hidden: 0,
    };
  });
}

/** Where the time of the pulls goes that a root is a target of. */
function sharesOf(view: RunView, root: string): Readonly<Record<string, number>> {
  const pull = Object.keys(view.profiles).find((name) => targetsOf(name).includes(root));
  return (pull !== undefined && view.profiles[pull]) || {};
}

/** The guides of a tree's rows from their depths, from the last row up: what is below decides `├` or `└`. */
function guidesOf(depths: readonly number[]): string[] {
  const guides: string[] = [];
  const more: boolean[] = [];
  for (const depth of depths.toReversed()) {
    more.length = Math.min(more.length, depth + 1);
    const outer = Array.from({ length: Math.max(0, depth - 1) }, (_, level) =>
      more[level + 1] ? '│ ' : '  ',
    );
    guides.push(depth === 0 ? '' : `${outer.slice(-MAX_GUIDES).join('')}${more[depth] ? '├ ' : '└ '}`);
    more[depth] = true;
  }
  return guides.reverse();
}

function stateOf(view: RunView, name: string): NodeState {
  if (view.failed.has(name)) return 'failed';
  if (view.running.has(name)) return 'running';
  return view.done.has(name) ? 'done' : 'idle';
}
