import { Type } from 'typebox';
import type { HostTensor } from '../engine/host-op.ts';
import { type Checkpoint, openCheckpoint } from '../formats/checkpoint.ts';
import { CheckpointError } from '../formats/errors.ts';
import type { HostContext } from '../node-context.ts';
import { type Scope, weightShapes } from './scope.ts';
import { fromTorch, shapeToTorch } from './torch-weights.ts';

/** Parameter: where in a file the weights are. */
export function entryOfFile(example: string, value = '') {
  const description = `Which entry of the file holds the weights, such as ${example}; empty for the file as a whole`;
  return Type.String({ description, default: value });
}

export interface WeightsFile {
  /** Path as parameters give it. */
  readonly file: string;
  /** Keys on the way to the network, joined by dots; empty for the file as a whole. */
  readonly entry?: string;
  readonly context: Pick<HostContext, 'resolve'>;
}

/** Opens a file for the time of a function. */
export async function withCheckpoint<T>(
  { file, context }: WeightsFile,
  use: (checkpoint: Checkpoint) => Promise<T>,
): Promise<T> {
  const checkpoint = await openCheckpoint(context.resolve(file));
  try {
    return await use(checkpoint);
  } finally {
    checkpoint.close();
  }
}

/**
 * Reads the weights of a network from a file of PyTorch or safetensors, in the layout of torch-weights.ts.
 *
 * @throws CheckpointError that lists all missing, extra and misshaped tensors at once
 */
export function loadNetwork(
  network: (scope: Scope) => unknown,
  where: WeightsFile,
): Promise<Map<string, HostTensor>> {
  return withCheckpoint(where, (checkpoint) =>
    readWeights(checkpoint, weightShapes(network), where.entry === undefined ? {} : { entry: where.entry }),
  );
}

/** Which tensors of a file belong to a network. */
export interface ReadOptions {
  /** Keys on the way to the network, joined by dots. */
  readonly entry?: string;
  /** Tensors that the file may have and the network does not use. */
  readonly unused?: RegExp;
}

/** Reads the weights of the given names and shapes (in the layout of torch-weights.ts). */
export async function readWeights(
  checkpoint: Checkpoint,
  shapes: ReadonlyMap<string, readonly number[]>,
  { entry = '', unused }: ReadOptions = {},
): Promise<Map<string, HostTensor>> {
  const prefix = entry === '' ? '' : `${entry}.`;
  const found = new Map(
    checkpoint
      .tensors()
      .filter(({ name }) => name.startsWith(prefix))
      .map((tensor) => [tensor.name.slice(prefix.length).replace(/^module\./, ''), tensor] as const),
  );
  const wrong: string[] = [];
  for (const [name, shape] of shapes) {
    const there = found.get(name);
    const expected = shapeToTorch(shape).join();
    if (!there) wrong.push(`missing ${name} [${expected}]`);
    else if (there.shape.join() !== expected) wrong.push(`${name} is [${there.shape}], expected [${expected}]`);
  }
  for (const [name] of found) if (!shapes.has(name) && !unused?.test(name)) wrong.push(`unexpected ${name}`);
  if (wrong.length > 0) {
    throw new CheckpointError('network-mismatch', wrong.join('\n'), { file: checkpoint.file });
  }
  const weights = new Map<string, HostTensor>();
  for (const name of shapes.keys()) {
    const stored = found.get(name) as { name: string };
    weights.set(name, fromTorch(await checkpoint.read(stored.name, { dtype: 'float32' })));
  }
  return weights;
}
