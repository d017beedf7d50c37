import type { HostTensor } from '../engine/index.ts';
import { canonicalJson, type Graph, type GraphNode, type Json } from '../graph/index.ts';
import type { Item, ParamsJson, Source } from '../node.ts';
import { messageOf, RunError } from './errors.ts';
import type { Held } from './held.ts';
import { Prefetch } from './prefetch.ts';
import { hostRandom, itemSeed } from './random.ts';

/** The outputs of one source. */
export type SourceOutputs = { readonly [port: string]: Held<HostTensor> };

type AnySource = Source<never, never, never>;

export interface SourcesOptions {
  readonly graph: Graph;
  /** The sources that the schedule needs. */
  readonly used: readonly GraphNode[];
  readonly seed: number;
  readonly resolve: (path: string) => string;
}

/** Loads per pull that may run ahead of the computation. */
const PULLS_AHEAD = 2;
const ITEMS_AHEAD = 1;

/** The sources of a run: its items, and what is loaded for each of them, ahead of its use. */
export class Sources {
  private readonly byPull = new Map<string, Prefetch<SourceOutputs>>();
  private readonly byItem = new Map<string, Prefetch<SourceOutputs>>();
  private items: readonly Item[] = [];

  constructor(private readonly options: SourcesOptions) {}

  /** The names of all items, in the order of their source; one where no source has items. */
  async list(): Promise<readonly string[]> {
    const { used, seed, resolve } = this.options;
    let names: readonly string[] | undefined;
    let first = '';
    for (const node of used) {
      const { items, every } = node.type as AnySource;
      if (every !== 'item' || !items) continue;
      const context = { node: node.name, random: hostRandom(seed, node.name), resolve };
      const found = await attempt('source-unreadable', node, 'cannot list its items', () =>
        items({ params: node.params as never, context }),
      );
      if (names && names.length !== found.length) {
        const message = `${first} has ${names.length} items, but ${node.name} has ${found.length}`;
        throw new RunError('source-unreadable', message, {
          node: node.name,
          hint: 'Sources go through their items together.',
        });
      }
      if (!names) [names, first] = [found, node.name];
    }
    const twice = firstTwice(names ?? []);
    if (twice !== undefined) {
      throw new RunError(
        'source-unreadable',
        `${first} has two items named "${twice}": their results could not be told apart`,
        { node: first, hint: 'Give the files different names, or list each of them once.' },
      );
    }
    if (names?.length === 0)
      throw new RunError('source-unreadable', `${first} has no items`, { node: first });
    return names ?? ['all'];
  }

  /** The items that the run goes through, in order: what comes next is loaded ahead. */
  goThrough(items: readonly Item[]): void {
    this.items = items;
    this.byItem.clear();
  }

  /** Begins an item: sources that load for every pull begin anew. */
  begin(): void {
    this.byPull.clear();
  }

  /** What a source gives for an item, or for its load number `count` of that item. */
  load(node: GraphNode, params: ParamsJson, position: number, count: number): Promise<SourceOutputs> {
    const key = params === node.params ? node.name : `${node.name} ${canonicalJson(params as Json)}`;
    if ((node.type as AnySource).every === 'item') {
      let loads = this.byItem.get(key);
      if (!loads) {
        const load = (index: number) => this.call(node, params, this.items[index] as Item, 0);
        loads = new Prefetch(load, { ahead: ITEMS_AHEAD, count: this.items.length });
        this.byItem.set(key, loads);
      }
      return loads.take(position);
    }
    let loads = this.byPull.get(key);
    if (!loads) {
      loads = new Prefetch((step) => this.call(node, params, this.items[position] as Item, step), {
        ahead: PULLS_AHEAD,
      });
      this.byPull.set(key, loads);
    }
    return loads.take(count);
  }

  private call(node: GraphNode, params: ParamsJson, item: Item, step: number): Promise<SourceOutputs> {
    const { seed, resolve } = this.options;
    const random = hostRandom(itemSeed(seed, item.index), node.name, step);
    const context = { node: node.name, random, resolve, item, step };
    const { load } = node.type as AnySource;
    const call = () => load({ params: params as never, context }) as SourceOutputs | Promise<SourceOutputs>;
    return attempt('source-failed', node, `cannot load ${item.name}`, call);
  }
}

function firstTwice(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name).size);
}

async function attempt<T>(
  code: 'source-unreadable' | 'source-failed',
  node: GraphNode,
  what: string,
  call: () => T | Promise<T>,
): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof RunError) throw cause;
    const hint = cause instanceof Error && 'hint' in cause ? { hint: String(cause.hint) } : {};
    const message = `${node.name} ${what}: ${messageOf(cause)}`;
    throw new RunError(code, message, { node: node.name, ...hint }, { cause });
  }
}
