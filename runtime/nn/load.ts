import { Type } from 'typebox';
import type { HostTensor } from '../engine/host-op.ts';
import {
  assertMatch,
  type Checkpoint,
  CheckpointError,
  matchTensors,
  openCheckpoint,
} from '../formats/index.ts';
import type { HostContext } from '../node-context.ts';
import { type Scope, weightShapes } from './scope.ts';
import { fromTorch, shapeFromTorch, shapeToTorch } from './torch-weights.ts';

/** Parameter: where in a file the weights are. */
export function entryOfFile(example: string, value = '') {
  const description = `Which entry of the file holds the weights, such as ${example}; empty for the file as a whole`;
  return Type.String({ description, default: value });
}

export interface WeightsFile {
  /** Path as parameters give it. */
  readonly file: string;
  /** Keys on the way to the network, joined by dots; empty (the default) for the file as a whole. */
  readonly entry?: string;
  readonly context: Pick<HostContext, 'resolve'>;
}

/** A network's part of a file. */
export interface StoredNetwork {
  readonly file: string;
  /** The shape of a weight in the layout of torch-weights.ts; undefined where the file has no such tensor. */
  shapeOf(name: string): readonly number[] | undefined;
  /** Reads weights of the given names and shapes, both as networks ask for them. */
  read(
    shapes: ReadonlyMap<string, readonly number[]>,
    options: ReadOptions,
  ): Promise<Map<string, HostTensor>>;
}

export interface ReadOptions {
  /** What errors call the network. */
  readonly network: string;
  /** Names of tensors that the file may have and the network does not use: matched anywhere in the name, or any. */
  readonly unused?: RegExp | 'any';
}

/**
 * Opens a network's part of a file for the time of a function.
 * @throws CheckpointError where the file cannot be read, or has no such entry
 */
export async function withStored<T>(
  { file, entry = '', context }: WeightsFile,
  use: (stored: StoredNetwork) => Promise<T>,
): Promise<T> {
  const checkpoint = await openCheckpoint(context.resolve(file));
  try {
    return await use(storedNetwork(checkpoint, entry));
  } finally {
    checkpoint.close();
  }
}

/**
 * Reads the weights of a network from a file of PyTorch or safetensors, in the layout of torch-weights.ts.
 * @throws CheckpointError that lists all missing, extra and misshapen tensors at once
 */
export function loadNetwork(
  build: (scope: Scope) => unknown,
  options: WeightsFile & ReadOptions,
): Promise<Map<string, HostTensor>> {
  return withStored(options, (stored) => stored.read(weightShapes(build), options));
}

function storedNetwork(checkpoint: Checkpoint, within: string): StoredNetwork {
  const { file } = checkpoint;
  const keys = new Set(checkpoint.tensors().map(({ name }) => name.split('.')[0]));
  if (within !== '' && !checkpoint.tensors().some(({ name }) => name.startsWith(`${within}.`))) {
    const details = { file, found: [...keys].slice(0, 12).join(', '), expected: within };
    throw new CheckpointError('network-mismatch', 'it has no such entry', details);
  }
  const byName = new Map(
    matchTensors(checkpoint, [], { within }).extra.map((tensor) => [nameIn(tensor.name), tensor]),
  );

  /** A tensor's name without the keys on the way and without the prefix of DataParallel. */
  function nameIn(name: string): string {
    return (within === '' ? name : name.slice(within.length + 1)).replace(/^(module\.)+/, '');
  }

  return {
    file,
    shapeOf(name) {
      const tensor = byName.get(name);
      return tensor && shapeFromTorch(tensor.shape);
    },
    async read(shapes, { network, unused }) {
      const wanted = [...shapes].map(([name, shape]) => ({ name, shape: shapeToTorch(shape) }));
      const match = matchTensors(checkpoint, wanted, { within });
      const extra = match.extra.filter(({ name }) => unused !== 'any' && !unused?.test(name));
      assertMatch(file, { ...match, extra }, { network });
      const weights = new Map<string, HostTensor>();
      // One after the other: no more than one tensor is in memory twice.
      for (const [name, { name: stored }] of match.tensors) {
        weights.set(name, fromTorch(await checkpoint.read(stored, { dtype: 'float32' })));
      }
      return weights;
    },
  };
}
