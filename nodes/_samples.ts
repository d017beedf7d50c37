import { Type } from 'typebox';
import type { BufferContext, HostTensor } from '../runtime/node.ts';
import { permutation } from './_permutation.ts';

/** Parameter: how many writes a buffer of samples holds. */
export const capacity = (fallback: number) =>
  Type.Integer({
    description: 'How many writes are remembered; older ones are replaced',
    default: fallback,
    minimum: 1,
    maximum: 100_000,
  });

/** Batches of samples that a buffer remembers, each batch under a number of its own. */
export interface Written {
  readonly name: string;
  readonly value: HostTensor;
}

/** Remembers a batch in place of the oldest of `capacity`. */
export function writeBatch(
  { memory, step }: BufferContext,
  capacity: number,
  tensors: readonly Written[],
): void {
  for (const { name, value } of tensors) memory.set(slotName(name, step % capacity), value);
}

/** Everything remembered under a name, the oldest slot first. */
export function batchesOf({ memory }: BufferContext, name: string): HostTensor[] {
  const prefix = `${name}/`;
  return memory
    .names()
    .filter((one) => one.startsWith(prefix))
    .map((one) => memory.get(one) as HostTensor);
}

/** The given rows of batches that are thought to be one below the other, as one batch. */
export function gatherRows(batches: readonly HostTensor[], rows: ArrayLike<number>): HostTensor {
  const [{ shape }] = batches as readonly [HostTensor, ...HostTensor[]];
  const length = shape.slice(1).reduce((product, size) => product * size, 1);
  const data = new Float32Array(rows.length * length);
  const places = batches.flatMap((batch, slot) =>
    Array.from({ length: batch.shape[0] as number }, (_, row) => ({ slot, row })),
  );
  for (let i = 0; i < rows.length; i++) {
    const { slot, row } = places[rows[i] as number] as { slot: number; row: number };
    data.set((batches[slot] as HostTensor).data.subarray(row * length, (row + 1) * length), i * length);
  }
  return { shape: [rows.length, ...shape.slice(1)], data };
}

/** How many rows batches have together. */
export function rowCount(batches: readonly HostTensor[]): number {
  return batches.reduce((sum, { shape }) => sum + (shape[0] as number), 0);
}

/** How many rows there are to read. @throws Error where they are fewer than a batch of `count` */
export function expectRows(batches: readonly HostTensor[], count: number): number {
  const total = rowCount(batches);
  if (total === 0) throw new Error('nothing was written yet: pull this buffer before what reads it');
  if (total < count) throw new Error(`a batch of ${count} is read, but only ${total} samples were written`);
  return total;
}

/** `count` different rows of `total`, others at every read. */
export function drawRows({ memory, random }: BufferContext, total: number, count: number): Int32Array {
  const reads = (memory.get('reads')?.data[0] as number | undefined) ?? 0;
  memory.set('reads', { shape: [1], data: Int32Array.of(reads + 1) });
  // Draws are the same at every read between two writes; the count of reads tells them apart.
  const [salt = 0] = random.uniform(1);
  return permutation(total, { salt, round: reads }).subarray(0, count);
}

function slotName(name: string, slot: number): string {
  return `${name}/${String(slot).padStart(6, '0')}`;
}
