import type { HostTensor } from '../engine/index.ts';
import type { GraphNode } from '../graph/index.ts';
import type { BufferContext, Buffer as BufferNode, Memory, ParamsJson } from '../node.ts';
import type { Counters } from './counters.ts';
import { messageOf, RunError } from './errors.ts';
import type { Held } from './held.ts';
import { hostRandom } from './random.ts';
import { type SavedEntry, savedTensorOf } from './tensors.ts';

type AnyBuffer = BufferNode<never, never, never>;

/** Between a buffer's node and what it remembers, in names of tensors in checkpoints. */
const SEPARATOR = '@';

/** What the buffers of a run remember. */
export class Buffers {
  private readonly memories = new Map<string, Map<string, HostTensor>>();

  constructor(
    private readonly counters: Counters,
    private readonly resolve: (path: string) => string,
  ) {}

  read(node: GraphNode, params: ParamsJson, seed: number) {
    return this.call(node, () => {
      const { read } = node.type as AnyBuffer;
      const context = this.context(node, seed, 'read');
      return read({ params: params as never, context }) as { readonly [port: string]: Held<HostTensor> };
    });
  }

  write(node: GraphNode, params: ParamsJson, seed: number, inputs: object): void {
    this.call(node, () => {
      const { write } = node.type as AnyBuffer;
      write({ inputs: inputs as never, params: params as never, context: this.context(node, seed, 'write') });
    });
    this.counters.add(node.name);
  }

  reset(): void {
    this.memories.clear();
  }

  /** Takes from a checkpoint what buffers remember. */
  restore(values: ReadonlyMap<string, HostTensor>): void {
    this.reset();
    for (const [name, value] of values) {
      const at = name.indexOf(SEPARATOR);
      if (at >= 0) this.memoryOf(name.slice(0, at)).set(name.slice(at + 1), value);
    }
  }

  *saved(): Iterable<SavedEntry> {
    for (const [node, memory] of this.memories) {
      for (const [name, value] of memory) yield savedTensorOf(`${node}${SEPARATOR}${name}`, value);
    }
  }

  private context(node: GraphNode, seed: number, what: string): BufferContext {
    const step = this.counters.of(node.name);
    const memory = this.memoryOf(node.name);
    const view: Memory = {
      get: (name) => memory.get(name),
      set: (name, value) => memory.set(name, value),
      delete: (name) => memory.delete(name),
      names: () => [...memory.keys()].sort(),
    };
    return {
      node: node.name,
      random: hostRandom(seed, `${node.name} ${what}`, step),
      resolve: this.resolve,
      memory: view,
      step,
    };
  }

  private memoryOf(node: string): Map<string, HostTensor> {
    const known = this.memories.get(node) ?? new Map<string, HostTensor>();
    this.memories.set(node, known);
    return known;
  }

  private call<T>(node: GraphNode, body: () => T): T {
    try {
      return body();
    } catch (cause) {
      const message = `${node.name}: ${messageOf(cause)}`;
      throw new RunError('buffer-failed', message, { node: node.name }, { cause });
    }
  }
}
