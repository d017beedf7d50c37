import * as tf from '@tensorflow/tfjs-core';
import { Adam } from '../../runtime/engine/adam.ts';
import { type Compiled, compile } from '../../runtime/engine/compile.ts';
import { randomNormal, setRandomPosition } from '../../runtime/engine/random.ts';
import { conv2d } from '../../runtime/ops/conv.ts';
import { groupNorm } from '../../runtime/ops/group-norm.ts';
import { rasterizeDepth } from '../../runtime/ops/rasterize-depth.ts';

const SIZE = 16;
const BATCH = 2;

/** Numbers that are the same on every engine. */
function wave(shape: readonly number[], seed: number, scale: number): tf.Tensor {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const at = (_: unknown, i: number) => scale * Math.sin(12.9898 * (i + 1) + 78.233 * seed);
  return tf.tensor(Float32Array.from({ length: size }, at), [...shape]);
}

/** A small autoencoder of depth, trained through the rasterizer: every kind of thing that a real step has. */
export class TrainingStep {
  readonly variables: Record<string, tf.Variable>;
  readonly adam = new Adam({ learningRate: 0.01, weightDecay: 5e-4 });
  private readonly step: Compiled<[tf.Tensor, tf.Tensor], { loss: tf.Tensor }>;
  private readonly image = wave([BATCH, SIZE, SIZE, 3], 5, 1);
  private readonly target = tf.add(wave([BATCH, SIZE, SIZE], 7, 0.05), 1.04);

  constructor({ width = 16 } = {}) {
    const variable = (name: string, initial: tf.Tensor) => tf.variable(initial, true, name);
    this.variables = {
      encoder: variable('encoder', wave([4, 4, 3, width], 1, 0.15)),
      gamma: variable('gamma', tf.ones([width])),
      beta: variable('beta', tf.zeros([width])),
      middle: variable('middle', wave([3, 3, width, width], 2, 0.08)),
      decoder: variable('decoder', wave([4, 4, 1, width], 3, 0.1)),
    };
    this.step = compile((image, target) => this.record(image, target), { name: 'train' });
  }

  /** The loss before update number `index`. */
  run(index: number): number {
    setRandomPosition({ seed: 3, step: index });
    const { loss } = this.step(this.image, this.target);
    const [value] = loss.dataSync();
    loss.dispose();
    return value as number;
  }

  dispose(): void {
    this.step.dispose();
    this.adam.dispose();
    tf.dispose([Object.values(this.variables), this.image, this.target]);
  }

  private record(image: tf.Tensor, target: tf.Tensor): { loss: tf.Tensor } {
    const { value, grads } = tf.variableGrads(() => {
      const rendered = rasterizeDepth(this.mesh(this.depth(image as tf.Tensor4D)), { near: 0.5, far: 2 });
      return tf.mean(tf.square(tf.sub(tf.minimum(rendered, 1.2), target))) as tf.Scalar;
    });
    this.adam.applyGradients(grads);
    return { loss: value };
  }

  private depth(image: tf.Tensor4D): tf.Tensor4D {
    const { encoder, gamma, beta, middle, decoder } = this.variables as Record<string, tf.Tensor>;
    const encoded = conv2d(image, encoder as tf.Tensor4D, { stride: 2, padding: 1 });
    const normal = groupNorm(encoded, gamma as tf.Tensor1D, beta as tf.Tensor1D, { groups: 4 });
    const wide = tf.maxPool(tf.relu(normal), 3, 1, 'same');
    const hidden = tf.leakyRelu(tf.conv2d(wide, middle as tf.Tensor4D, 1, 'same'), 0.2);
    const noisy = tf.add(hidden, tf.mul(randomNormal(hidden.shape), 0.01)) as tf.Tensor4D;
    const raw = tf.conv2dTranspose(noisy, decoder as tf.Tensor4D, [BATCH, SIZE, SIZE, 1], 2, 'same');
    return tf.add(tf.mul(tf.tanh(raw), 0.1), 1);
  }

  private mesh(depth: tf.Tensor4D): tf.Tensor4D {
    const line = tf.linspace(-0.9, 0.9, SIZE);
    const across = tf.tile(tf.reshape(line, [1, 1, SIZE, 1]), [BATCH, SIZE, 1, 1]);
    const down = tf.tile(tf.reshape(tf.neg(line), [1, SIZE, 1, 1]), [BATCH, 1, SIZE, 1]);
    return tf.concat([across, down, depth], 3) as tf.Tensor4D;
  }
}
