import { expect, it } from 'vitest';
import { openCheckpointBytes } from '../../runtime/formats/checkpoint.ts';
import { SIX, safetensors } from '../hostile/build.ts';

it('lists and reads tensors in any order, with spaces and escapes', async () => {
  const header = ` {"b\\u00e9":{"shape":[2,1],"dtype":"F32","data_offsets":[16,24]},
    "__metadata__": {"format":"pt"}, "a":{"dtype":"I32","shape":[4],"data_offsets":[0,16]}, "none":{"dtype":"U8","shape":[0],"data_offsets":[24,24]},"__proto__":{"dtype":"BOOL","shape":[0,7],"data_offsets":[24,24]}}   `;
  const checkpoint = openCheckpointBytes(safetensors(header), 'a.safetensors');
  expect(checkpoint.format).toBe('safetensors');
  expect(checkpoint.tensors().map(({ name, dtype, shape, bytes }) => [name, dtype, shape, bytes])).toEqual([
    ['bé', 'float32', [2, 1], 8],
    ['a', 'int32', [4], 16],
    ['none', 'uint8', [0], 0],
    ['__proto__', 'bool', [0, 7], 0],
  ]);
  expect([...(await checkpoint.read('bé', { dtype: 'float32' })).data]).toEqual([5, 6]);
  expect([...(await checkpoint.read('a', { dtype: 'int32' })).data]).toEqual([
    ...new Int32Array(SIX.buffer, SIX.byteOffset, 4),
  ]);
  expect([...checkpoint.metadata]).toEqual([['format', 'pt']]);
  expect([...(checkpoint.tree() as ReadonlyMap<string, unknown>).keys()]).toHaveLength(4);
});
