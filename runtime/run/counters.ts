/** How often each node was evaluated for the current item. */
export class Counters {
  private readonly counts = new Map<string, number>();

  of(node: string): number {
    return this.counts.get(node) ?? 0;
  }

  add(node: string): void {
    this.counts.set(node, this.of(node) + 1);
  }

  reset(counts: Readonly<Record<string, number>> = {}): void {
    this.counts.clear();
    for (const [node, count] of Object.entries(counts)) this.counts.set(node, count);
  }

  toJSON(): Record<string, number> {
    return Object.fromEntries([...this.counts].sort());
  }
}
