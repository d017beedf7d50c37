import * as tf from '@tensorflow/tfjs-core';
import { compile, useEngine } from '../../runtime/engine/index.ts';
import type { BenchOptions } from '../main.ts';
import { type Comparison, type Contender, compare, contender } from '../measure.ts';
import { encoderDecoder } from '../networks.ts';

/** Packages whose backends are compared where they are installed. */
const OTHERS = [
  { backend: 'wasm', packageName: '@tensorflow/tfjs-backend-wasm', name: 'TensorFlow.js wasm' },
  { backend: 'tensorflow', packageName: '@tensorflow/tfjs-node', name: 'TensorFlow.js Node (libtensorflow)' },
] as const;

/** The frozen encoder–decoder forward, on every TensorFlow.js backend that is there (wasm cannot train it). */
export async function* forwardPart({ rounds, threads }: BenchOptions): AsyncIterable<Comparison> {
  const notes: string[] = [];
  const others: Contender[] = [];
  for (const { backend, packageName, name } of OTHERS) {
    const missing = await start(backend, packageName);
    if (missing) notes.push(`${name}: not measured, ${missing}`);
    else others.push(await eager(name, backend));
  }
  await useEngine('onnx:cpu', { threads });
  const network = encoderDecoder({ trainable: false });
  const images = tf.randomUniform([1, 64, 64, 3]) as tf.Tensor4D;
  const step = compile((x: tf.Tensor4D) => network.apply(x), { name: 'forward' });
  const compiled = contender('engine, compiled', () => step(images).dispose(), 10);
  const plain = contender('engine, eager', () => forward(network.apply, images), 10);
  const onEngine = ({ name, round }: Contender): Contender => ({
    name,
    round: async () => {
      await tf.setBackend('onnx');
      return round();
    },
  });
  yield await compare(
    'Encoder–decoder, forward, batch 1, frozen weights',
    [...others, onEngine(plain), onEngine(compiled)],
    { rounds, notes },
  );
}

/** Runs and reads the result, for backends that compute when asked. */
function forward(apply: (x: tf.Tensor4D) => tf.Tensor4D, images: tf.Tensor4D): void {
  tf.tidy(() => apply(images).dataSync());
}

async function eager(name: string, backend: string): Promise<Contender> {
  await tf.setBackend(backend);
  const network = encoderDecoder({ trainable: false });
  const images = tf.randomUniform([1, 64, 64, 3]) as tf.Tensor4D;
  const side = contender(name, () => forward(network.apply, images), 3);
  return {
    name,
    round: async () => {
      await tf.setBackend(backend);
      return side.round();
    },
  };
}

/** Loads a backend; says why not where it does not start. */
async function start(backend: string, packageName: string): Promise<string | undefined> {
  try {
    await import(packageName);
    return (await tf.setBackend(backend)) ? undefined : `${packageName} does not start`;
  } catch (cause) {
    const [line] = String(cause instanceof Error ? cause.message : cause).split('\n');
    return /cannot find (package|module)/i.test(line ?? '')
      ? `${packageName} is not installed`
      : `${packageName} does not load: ${line}`;
  }
}
