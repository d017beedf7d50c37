import { Graph } from '@dagrejs/graphlib';

/**
 * A directed graph by names; an edge goes from a node to one that needs it.
 *
 * The graph is graphlib's. Its algorithms recurse and overflow the stack on a chain of some thousand nodes, so the
 * walks are here, without recursion. It keeps names as keys of plain objects, so ours carry a prefix: `constructor`
 * and `__proto__` are names like any other.
 */
export class Dependencies {
  private readonly graph = new Graph();
  private readonly names: readonly string[];

  constructor(names: Iterable<string>) {
    this.names = [...names].sort();
    for (const name of this.names) this.graph.setNode(key(name));
  }

  /** Both names must be in the graph. */
  addEdge(from: string, to: string): void {
    if (this.graph.hasNode(key(from)) && this.graph.hasNode(key(to))) this.graph.setEdge(key(from), key(to));
  }

  predecessors(name: string): readonly string[] {
    return (this.graph.predecessors(key(name)) ?? []).map(nameOf);
  }

  private successors(name: string): readonly string[] {
    return (this.graph.successors(key(name)) ?? []).map(nameOf);
  }

  /**
   * Every name after all that it needs; the same order however the names and edges were added. Names on a circle,
   * and those that need them, are left out.
   */
  order(): string[] {
    const waiting = new Map(this.names.map((name) => [name, this.predecessors(name).length]));
    const ordered = [...waiting].filter(([, count]) => count === 0).map(([name]) => name);
    for (let i = 0; i < ordered.length; i++) {
      for (const next of [...this.successors(ordered[i] as string)].sort()) {
        const left = (waiting.get(next) ?? 0) - 1;
        waiting.set(next, left);
        if (left === 0) ordered.push(next);
      }
    }
    return ordered;
  }

  /** Everything that the given names need, themselves included. */
  ancestors(names: Iterable<string>): Set<string> {
    const found = new Set(names);
    for (const name of found) for (const needed of this.predecessors(name)) found.add(needed);
    return found;
  }

  /**
   * One circle for every group of names that depend on each other, as the names along it, the first repeated at the
   * end. Found by walking back from what `order()` leaves out, without recursion.
   */
  circles(): string[][] {
    const rest = new Set(this.names);
    for (const name of this.order()) rest.delete(name);
    const circles: string[][] = [];
    while (rest.size > 0) {
      const start = rest.values().next().value as string;
      const path: string[] = [];
      const placeOf = new Map<string, number>();
      let at: string | undefined = start;
      while (at !== undefined && !placeOf.has(at)) {
        placeOf.set(at, path.length);
        path.push(at);
        at = this.predecessors(at).find((name) => rest.has(name));
      }
      if (at === undefined) {
        // Everything that these need was on a circle that is already reported.
        for (const name of path) rest.delete(name);
        continue;
      }
      const circle = path.slice(placeOf.get(at)).reverse();
      const first = circle.indexOf([...circle].sort()[0] as string);
      const turned = [...circle.slice(first), ...circle.slice(0, first)];
      circles.push([...turned, turned[0] as string]);
      for (const name of circle) rest.delete(name);
    }
    return circles;
  }
}

const key = (name: string): string => `:${name}`;
const nameOf = (key: string): string => key.slice(1);
