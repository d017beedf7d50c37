import type { JsonObject } from '../graph/index.ts';
import type { NewEvent } from './events.ts';

type Metric = Extract<NewEvent, { kind: 'metric' }>;
type Values = Map<string, number>;

/** The latest value of every metric, by item, node and name: `metrics.json` of a run. */
export class Metrics {
  private readonly items: Map<string, Map<string, Values>>;

  /** Goes on from what a checkpoint has. */
  constructor(known: JsonObject = {}) {
    const items = known as Readonly<Record<string, Record<string, Record<string, number>>>>;
    this.items = mapOf(items, (nodes) => mapOf(nodes, (values) => mapOf(values, (value) => value)));
  }

  add({ item, node, name, value }: Metric): void {
    const nodes = this.items.get(item) ?? new Map<string, Values>();
    const values = nodes.get(node) ?? new Map<string, number>();
    this.items.set(item, nodes.set(node, values.set(name, value)));
  }

  /** Forgets an item that begins anew. */
  forget(item: string): void {
    this.items.delete(item);
  }

  toJSON(): JsonObject {
    const nodes = (one: Map<string, Values>) => objectOf(one, (values) => objectOf(values, (value) => value));
    return objectOf(this.items, nodes);
  }
}

// Items are named by files, one of which may be `__proto__`: maps take any name, and so do objects that are made at once.

function mapOf<A, B>(object: Readonly<Record<string, A>>, change: (value: A) => B): Map<string, B> {
  return new Map(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

function objectOf<A, B>(entries: ReadonlyMap<string, A>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries([...entries].map(([key, value]) => [key, change(value)]));
}
