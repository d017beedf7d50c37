import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type * as tf from '@tensorflow/tfjs-core';
import { afterAll } from 'vitest';
import type { HostTensor } from '../../runtime/engine/index.ts';
import { type Savable, writeTorch } from '../../runtime/formats/index.ts';
import { hostScope } from '../../runtime/nn/host-weights.ts';
import { stateDict } from '../../runtime/nn/state-dict.ts';
import type { HostContext, NetworkContext } from '../../runtime/node.ts';
import { noise } from '../ops/numeric.ts';

/** A folder for the checkpoints of a test file, and what nodes are given to load them. */
export function checkpoints() {
  const folder = mkdtempSync(join(tmpdir(), 'gan2shape-networks-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const context: HostContext = {
    node: 'net',
    random: {
      normal: (count) => Float32Array.from(noise(count, 9)),
      uniform: (count) => Float32Array.from(noise(count, 10), (value) => (value + 1) / 2),
      integers: (count) => new Int32Array(count),
    },
    resolve: (path) => resolve(folder, path),
  };
  /** Writes what torch.save would write. */
  const save = (file: string, value: Savable) => writeTorch(join(folder, file), value);
  const saveWeights = (file: string, weights: ReadonlyMap<string, HostTensor>) =>
    save(file, stateDict(weights));
  return { context, save, saveWeights };
}

/** What a network's function is given, with these weights; what it asks for beyond them is made up. */
export function networkContext(weights: ReadonlyMap<string, HostTensor>): NetworkContext {
  const scope = hostScope(weights);
  const unused = () => {
    throw new Error('not part of this test');
  };
  return {
    node: 'net',
    weights: {
      get: (name, { shape, init }) => scope.get(name, shape as tf.ShapeMap[tf.Rank], init),
    },
    random: { normal: unused, uniform: unused, integers: unused },
    state: { get: unused, set: unused },
    step: unused,
  };
}

/** The message of what a promise is rejected with. */
export async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => {
      throw new Error('expected an error');
    },
    (error: Error) => error.message,
  );
}
