import { resolve } from 'node:path';
import type { BufferContext, HostTensor, SourceContext } from '../../runtime/node.ts';

/** Random numbers that are the same for every context of a step, as in a run. */
function fixedRandom(step: number) {
  const uniform = (count: number) =>
    Float32Array.from({ length: count }, (_, i) => ((i + 1) * 0.618 + step * 0.37) % 1);
  return { uniform, normal: uniform, integers: (count: number) => new Int32Array(count) };
}

/** What a buffer is given: the step counts the writes. */
export function bufferContext(): {
  readonly memory: BufferContext['memory'];
  at(step: number): BufferContext;
} {
  const held = new Map<string, HostTensor>();
  const memory: BufferContext['memory'] = {
    get: (name) => held.get(name),
    set: (name, value) => void held.set(name, value),
    delete: (name) => void held.delete(name),
    names: () => [...held.keys()].sort(),
  };
  return { memory, at: (step) => ({ node: 'buffer', random: fixedRandom(step), resolve, memory, step }) };
}

export function sourceContext(index: number, { folder = '.', step = 0 } = {}): SourceContext {
  const item = { index, name: `item-${index}` };
  return { node: 'source', random: fixedRandom(step), resolve: (path) => resolve(folder, path), item, step };
}

/** A batch of constant images [rows,1,1,1], the first with the value `first`, the next with one more. */
export function numbered(rows: number, first: number): HostTensor {
  return { shape: [rows, 1, 1, 1], data: Float32Array.from({ length: rows }, (_, i) => first + i) };
}
