import { existsSync } from 'node:fs';
import v8 from 'node:v8';
import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { type Checkpoint, openCheckpointBytes } from '../../runtime/formats/checkpoint.ts';
import { CheckpointError } from '../../runtime/formats/errors.ts';
import { legacy, pickle, safetensors, tensor, torchZip } from './build.ts';
import { hostileCases } from './corpus.ts';

/** Opens a file and reads all that it holds. */
async function readAll(bytes: Uint8Array): Promise<Checkpoint> {
  const checkpoint = openCheckpointBytes(bytes, 'hostile.pt');
  checkpoint.tree();
  for (const { name } of checkpoint.tensors()) await checkpoint.read(name, { dtype: 'float32' });
  return checkpoint;
}

async function errorOf(bytes: Uint8Array): Promise<unknown> {
  return readAll(bytes).then(
    () => undefined,
    (error: unknown) => error,
  );
}

const cases = hostileCases();

describe('hostile files', () => {
  it('have names of their own', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  });

  it.each(cases)('$name: $code', async ({ bytes, code }) => {
    const error = await errorOf(bytes);
    expect(error).toBeInstanceOf(CheckpointError);
    const { code: found, file, hint, message } = error as CheckpointError;
    expect(found, message).toBe(code);
    expect(file.startsWith('hostile.pt')).toBe(true);
    expect(hint).not.toBe('');
    expect(message.length).toBeLessThan(1000);
  });

  it('execute nothing', () => {
    expect(existsSync('/tmp/hacked')).toBe(false);
    expect(Object.hasOwn(Object.prototype, 'forward')).toBe(false);
  });

  it('allocate no more than a few megabytes, if they are small', async () => {
    v8.setFlagsFromString('--expose-gc');
    const collect = vm.runInNewContext('gc') as (options: { type: 'minor' }) => void;
    for (const { name, bytes } of cases.filter((one) => one.bytes.length <= 1500)) {
      await errorOf(bytes);
      // A collection while the file is read would hide what was allocated: there is room for 16 MB.
      collect({ type: 'minor' });
      const before = process.memoryUsage();
      await errorOf(bytes);
      const after = process.memoryUsage();
      const used = after.heapUsed - before.heapUsed + (after.arrayBuffers - before.arrayBuffers);
      expect(used, name).toBeLessThan(4 << 20);
    }
  });
});

describe('truncated files', () => {
  const valid = {
    zip: torchZip(pickle(tensor())),
    legacy: legacy(pickle(tensor())),
    safetensors: safetensors({ a: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] } }),
  };

  it.each(Object.entries(valid))('%s: an error at every length', async (_, bytes) => {
    expect((await readAll(bytes)).tensors()).toHaveLength(1);
    for (let length = 0; length < bytes.length; length++) {
      const error = await errorOf(bytes.subarray(0, length));
      expect(error, `${length} of ${bytes.length} bytes`).toBeInstanceOf(CheckpointError);
    }
  });
});
