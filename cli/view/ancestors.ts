import type { RunNode } from '../../runtime/run/events.ts';

/** The nodes that were pulled together, which events join by `+`. */
export function targetsOf(pull: string): readonly string[] {
  return pull.split('+');
}

/**
 * The nodes that a pull evaluates: its targets and all that they depend on. Reading a buffer does not pull its
 * writers, so the walk ends at buffers, unless the buffer itself is what is pulled.
 */
export function pulledNodes(nodes: readonly RunNode[], pull: string): ReadonlySet<string> {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const targets = new Set(targetsOf(pull));
  const seen = new Set(targets);
  const open = [...targets];
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    const node = byName.get(current);
    if (!node || (node.role === 'buffer' && !targets.has(current))) continue;
    for (const input of node.inputs) {
      if (seen.has(input)) continue;
      seen.add(input);
      open.push(input);
    }
  }
  return seen;
}
