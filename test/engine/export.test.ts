import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Adam, compile, type HostOp, hostOp, supplied, useEngine } from '../../runtime/engine/index.ts';
import { type ExportManifest, exportStep } from '../../runtime/engine/onnx/export.ts';

let folder: string;
beforeAll(async () => {
  await useEngine('onnx:cpu', { threads: 1 });
  folder = mkdtempSync(join(tmpdir(), 'export-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const negate: HostOp = {
  name: 'Negate',
  outputs: ([shape = []]) => [{ shape, dtype: 'float32' }],
  run: ([x], [y]) => {
    x?.data.forEach((value, i) => {
      if (y) y.data[i] = -value;
    });
  },
};

/** From -1 up to 1. */
const ramp = (length: number) => Float32Array.from({ length }, (_, i) => (2 * i) / (length - 1) - 1);

/** Elements of a tensor with its axes in the order of `layout`. */
const arranged = (tensor: tf.Tensor, layout: readonly number[]) =>
  tf.tidy(() => tf.transpose(tensor, [...layout]).dataSync() as Float32Array);

/** Runs the exported files alone, in a fresh session each, as another program would. */
async function runExport(
  manifest: ExportManifest,
  sources: { args: tf.Tensor[]; variables: tf.Variable[]; supplied: Record<string, Float32Array> },
) {
  const held = new Map<string, { data: Float32Array; shape: readonly number[] }>();
  for (const { value, shape, from } of manifest.feeds) {
    const data =
      'argument' in from
        ? (sources.args[from.argument]?.dataSync() as Float32Array)
        : 'variable' in from
          ? arranged(sources.variables.find(({ name }) => name === from.variable) as tf.Variable, from.layout)
          : 'supplied' in from
            ? (sources.supplied[from.supplied] as Float32Array)
            : new Float32Array(Uint8Array.from(Buffer.from(from.constant, 'base64')).buffer);
    held.set(value, { data, shape });
  }
  for (const stage of manifest.stages) {
    if (stage.kind === 'host') {
      expect(stage.operation).toBe('Negate');
      const input = held.get(stage.inputs[0] as string) as { data: Float32Array; shape: readonly number[] };
      held.set(stage.outputs[0] as string, { data: input.data.map((value) => -value), shape: input.shape });
      continue;
    }
    const session = await InferenceSession.create(join(folder, stage.file));
    const feeds = Object.fromEntries(
      stage.inputs.map((name) => {
        const { data, shape } = held.get(name) as { data: Float32Array; shape: readonly number[] };
        return [name, new Tensor('float32', data, shape)];
      }),
    );
    const results = await session.run(feeds);
    for (const name of stage.outputs)
      held.set(name, { data: results[name]?.data as Float32Array, shape: results[name]?.dims ?? [] });
    await session.release();
  }
  return held;
}

describe('exportStep', () => {
  it('writes models and a manifest that give the same numbers on their own', async () => {
    const filter = tf.variable(tf.tensor(ramp(54), [3, 3, 2, 3])) as tf.Variable<tf.Rank.R4>;
    const frozen = tf.variable(tf.tensor1d([1, 1.5, 2]), false);
    const captured = tf.tensor(
      Float32Array.from({ length: 96 }, (_, i) => i),
      [1, 4, 8, 3],
    );
    const counter = tf.variable(tf.scalar(4), false);
    const optimizer = new Adam({ learningRate: 0.1 });
    const step = compile((x: tf.Tensor4D) => {
      const { value, grads } = tf.variableGrads(() => {
        const y = tf.mul(tf.conv2d(x, filter, 1, 'same'), frozen);
        return tf.mean(
          tf.square(
            tf.mul(
              y,
              supplied('scale', [1], (out) => {
                out[0] = 0.5;
              }),
            ),
          ),
        ) as tf.Scalar;
      }, [filter]);
      const [negative] = hostOp(negate, [value], undefined);
      const [constant] = hostOp(negate, [captured], undefined);
      counter.assign(tf.add(counter, negative as tf.Scalar));
      optimizer.applyGradients(grads);
      return { loss: value, other: [tf.add(negative as tf.Tensor, 1), tf.sum(constant as tf.Tensor)] };
    });
    const x = tf.tensor(ramp(64), [1, 4, 8, 2]) as tf.Tensor4D;
    const gradient = tf.grad((f: tf.Tensor) =>
      tf.mean(tf.square(tf.mul(tf.mul(tf.conv2d(x, f as tf.Tensor4D, 1, 'same'), frozen), 0.5))),
    )(filter);
    step.prepare(x);
    const manifest = exportStep(step, folder, { name: 'train' });

    const files = manifest.stages.flatMap((stage) => (stage.kind === 'session' ? [stage.file] : []));
    expect(files.length).toBeGreaterThan(1);
    expect(readdirSync(folder).sort()).toEqual([...files, 'train.json'].sort());
    expect(JSON.parse(readFileSync(join(folder, 'train.json'), 'utf8'))).toEqual(manifest);
    expect(manifest.feeds.map(({ from }) => Object.keys(from)[0]).sort()).toEqual([
      'argument',
      'constant',
      // the filter that copies pixels under the taps of a filter gradient
      'constant',
      'supplied',
      'variable',
      'variable',
    ]);
    expect(manifest.result).toEqual({ loss: 0, other: [1, 2] });
    expect(manifest.updates).toMatchObject([
      {
        operation: 'Adam',
        variables: [filter.name, `adam/${filter.name}/first-moment`, `adam/${filter.name}/second-moment`],
      },
    ]);

    const held = await runExport(manifest, {
      args: [x],
      variables: [filter, counter],
      supplied: { scale: Float32Array.of(0.5) },
    });
    const [update] = manifest.updates;
    const expected = arranged(gradient, update?.layout ?? []);
    const exported = held.get(update?.operands[0] as string)?.data as Float32Array;
    exported.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] as number, 5);
    });

    const { loss, other } = step(x) as { loss: tf.Scalar; other: tf.Tensor[] };
    const outputs = manifest.outputs.map(({ value }) => held.get(value)?.data[0]);
    expect(outputs).toEqual([loss, ...other].map((tensor) => tensor.dataSync()[0]));
    expect(outputs[2]).toBe(-4560);
    expect(held.get(manifest.assignments[0]?.value as string)?.data[0]).toBe(counter.dataSync()[0]);
  });

  it('refuses names that are not file names and steps that were not compiled', () => {
    const step = compile((x: tf.Tensor) => tf.square(x));
    expect(() => exportStep(step, folder)).toThrow('The step was not compiled yet');
    for (const name of ['', '../up', 'a/b', '.hidden'])
      expect(() => exportStep(step, folder, { name })).toThrow('name is');
  });

  it('leaves nothing behind when the folder cannot be written', () => {
    const step = compile((x: tf.Tensor) => tf.square(x));
    step.prepare(tf.ones([2]));
    expect(() => exportStep(step, '/dev/null/folder')).toThrow('ENOTDIR');
  });
});
