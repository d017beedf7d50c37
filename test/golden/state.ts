import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostTensor } from '../../runtime/engine/index.ts';
import { fromTorch } from '../../runtime/nn/torch-weights.ts';
import type { GoldenCase } from './fixture.ts';
import { hashUnit } from './hash.ts';
import { recordOf } from './network.ts';

/** The i-th number of the k-th hashed sequence, in [-1, 1). */
export function signed(k: number, i: number): number {
  return 2 * hashUnit(k, i) - 1;
}

/** Gives each element of a tensor its value; undefined for tensors that no network here has. */
export type Fill = (name: string, k: number, shape: readonly number[]) => ((i: number) => number) | undefined;

/** The weights whose names and shapes a case lists in `scalars.state_dict_keys_in_order`, filled by hash. */
export function hashedState(golden: GoldenCase, fill: Fill): Map<string, HostTensor> {
  const json: object = JSON.parse(readFileSync(join(golden.folder, 'case.json'), 'utf8'));
  const keys = recordOf(recordOf(json, 'scalars') as object, 'state_dict_keys_in_order');
  if (!Array.isArray(keys)) throw new Error('the case has no scalars.state_dict_keys_in_order');
  const state = new Map<string, HostTensor>();
  for (const [k, [name, shape]] of (keys as [string, number[]][]).entries()) {
    const value = fill(name, k, shape);
    if (value) state.set(name, fromTorch({ data: filled(shape, value), shape }));
  }
  return state;
}

export function filled(shape: readonly number[], value: (i: number) => number): Float32Array {
  const data = new Float32Array(shape.reduce((size, length) => size * length, 1));
  for (let i = 0; i < data.length; i++) data[i] = value(i);
  return data;
}

/** The fill of BiSeNet, PSPNet and VGG16: see "Hash-filled weights" of the fixtures' README. */
export function modelFill(gain: number): Fill {
  return (name, k, shape) => {
    if (name.endsWith('num_batches_tracked')) return undefined;
    if (shape.length >= 2) {
      const fan = shape.slice(1).reduce((size, length) => size * length, 1);
      return (i) => signed(k, i) * gain * Math.sqrt(3 / fan);
    }
    if (name.endsWith('running_mean')) return (i) => 0.1 * signed(k, i);
    if (name.endsWith('running_var')) return (i) => 1 + 0.5 * hashUnit(k, i);
    if (name.endsWith('weight')) return (i) => 1 + 0.1 * signed(k, i);
    return (i) => 0.1 * signed(k, i);
  };
}
