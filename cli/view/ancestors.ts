import type { RunNode } from '../../runtime/run/events.ts';

/**
 * The nodes that a pull of `name` evaluates: the node and all that it depends on. Reading a buffer does not pull its
 * writers, so the walk ends at buffers, unless the buffer itself is what is pulled.
 */
export function pulledNodes(nodes: readonly RunNode[], name: string): ReadonlySet<string> {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const seen = new Set<string>([name]);
  const open = [name];
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    const node = byName.get(current);
    if (!node || (node.role === 'buffer' && current !== name)) continue;
    for (const input of node.inputs) {
      if (seen.has(input)) continue;
      seen.add(input);
      open.push(input);
    }
  }
  return seen;
}
