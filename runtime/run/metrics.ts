import type { JsonObject } from '../graph/index.ts';
import type { NewEvent } from './events.ts';

type Metric = Extract<NewEvent, { kind: 'metric' }>;
type Numbers = Record<string, Record<string, Record<string, number>>>;

/** The latest value of every metric, by item, node and name: `metrics.json` of a run. */
export class Metrics {
  private readonly items: Numbers;

  /** Goes on from what a checkpoint has. */
  constructor(known: JsonObject = {}) {
    this.items = structuredClone(known) as Numbers;
  }

  add({ item, node, name, value }: Metric): void {
    const nodes = this.items[item] ?? {};
    this.items[item] = nodes;
    nodes[node] = { ...nodes[node], [name]: value };
  }

  /** Forgets an item that begins anew. */
  forget(item: string): void {
    delete this.items[item];
  }

  toJSON(): JsonObject {
    return structuredClone(this.items) as JsonObject;
  }
}
