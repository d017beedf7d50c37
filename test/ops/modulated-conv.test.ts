import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../runtime/engine/index.ts';
import { convDown, type ModulatedConvOptions, modulatedConv2d } from '../../runtime/ops/modulated-conv.ts';
import { checkOperation, ENGINES } from './numeric.ts';
import { crossCorrelation, transposedCorrelation } from './reference-conv.ts';

const [B, S, Ci, Co] = [2, 4, 2, 3] as const;
const BLUR = [1, 3, 3, 1].flatMap((a) => [1, 3, 3, 1].map((b) => (a * b) / 64));

/** Every sample's own demodulated weights, [B] of [k,k,Ci,Co] (equations 1 and 3 of the paper). */
function sampleWeights(weight: Float64Array, style: Float64Array, scale: number, demodulate: boolean) {
  return Array.from({ length: B }, (_, b) => {
    const modulated = weight.map(
      (value, i) => scale * value * (style[b * Ci + (Math.floor(i / Co) % Ci)] as number),
    );
    if (!demodulate) return modulated;
    const energy = new Float64Array(Co);
    modulated.forEach((value, i) => {
      energy[i % Co] = (energy[i % Co] as number) + value * value;
    });
    return modulated.map((value, i) => value / Math.sqrt((energy[i % Co] as number) + 1e-8));
  });
}

/** The blur with given zeros around, on one channel-last image. */
function blurred(
  x: Float64Array,
  size: number,
  channels: number,
  before: number,
  after: number,
  gain: number,
) {
  const padded = size + before + after;
  const wide = new Float64Array(padded * padded * channels);
  x.forEach((value, i) => {
    const [pixel, c] = [Math.floor(i / channels), i % channels];
    const [y, z] = [Math.floor(pixel / size) + before, (pixel % size) + before];
    wide[(y * padded + z) * channels + c] = value;
  });
  const filter = new Float64Array(16 * channels * channels);
  for (let tap = 0; tap < 16; tap++) {
    for (let c = 0; c < channels; c++)
      filter[(tap * channels + c) * channels + c] = gain * (BLUR[tap] as number);
  }
  return crossCorrelation(wide, [1, padded, padded, channels], filter, [4, 4, channels, channels]);
}

/** Per-sample convolution with per-sample weights. */
function reference(
  x: Float64Array,
  weight: Float64Array,
  style: Float64Array,
  k: number,
  o: ModulatedConvOptions,
) {
  const scale = o.scale ?? 1 / Math.sqrt(k * k * Ci);
  const weights = sampleWeights(weight, style, scale, o.demodulate ?? true);
  const out = weights.flatMap((w, b) => {
    const image = x.slice(b * S * S * Ci, (b + 1) * S * S * Ci);
    if (o.resample === 'up') {
      const swapped = new Float64Array(w.length);
      w.forEach((value, i) => {
        const [tap, p, q] = [Math.floor(i / (Ci * Co)), Math.floor(i / Co) % Ci, i % Co];
        swapped[(tap * Co + q) * Ci + p] = value;
      });
      const wide = transposedCorrelation(image, [1, S, S, Ci], swapped, [k, k, Co, Ci], { stride: [2, 2] });
      const size = 2 * S + k - 2;
      const [before, after] = k === 3 ? [1, 1] : [2, 2];
      return Array.from(blurred(wide, size, Co, before, after, 4));
    }
    if (o.resample === 'down') {
      const [before, after] = k === 3 ? [2, 2] : [1, 1];
      const soft = blurred(image, S, Ci, before, after, 1);
      const size = S + before + after - 3;
      return Array.from(crossCorrelation(soft, [1, size, size, Ci], w, [k, k, Ci, Co], { stride: [2, 2] }));
    }
    const padding = (k - 1) / 2;
    return Array.from(
      crossCorrelation(image, [1, S, S, Ci], w, [k, k, Ci, Co], { padding: [padding, padding] }),
    );
  });
  return Float64Array.from(out);
}

describe.each(ENGINES)('modulatedConv2d on %s', (engine) => {
  beforeAll(() => useEngine(engine));
  const cases: [string, number, ModulatedConvOptions][] = [
    ['3×3', 3, {}],
    ['1×1 without demodulation, as the layer to RGB', 1, { demodulate: false }],
    ['3×3 upsampling', 3, { resample: 'up' }],
    ['3×3 downsampling', 3, { resample: 'down' }],
    ['1×1 downsampling with a scale', 1, { resample: 'down', scale: 0.3 }],
  ];
  for (const [name, k, options] of cases) {
    it(`equals convolutions with per-sample weights, with gradients of both orders: ${name}`, () => {
      checkOperation({
        shapes: [
          [B, S, S, Ci],
          [k, k, Ci, Co],
          [B, Ci],
        ],
        op: (x, weight, style) =>
          modulatedConv2d(x as tf.Tensor4D, weight as tf.Tensor4D, style as tf.Tensor2D, options),
        formula: (x, weight, style) =>
          reference(x as Float64Array, weight as Float64Array, style as Float64Array, k, options),
        second: true,
        tolerance: 1e-3,
      });
    });
  }

  it('doubles and halves the size', () => {
    const x = tf.ones<tf.Rank.R4>([1, 8, 8, 2]);
    const weight = tf.ones<tf.Rank.R4>([3, 3, 2, 4]);
    const style = tf.ones<tf.Rank.R2>([1, 2]);
    expect(modulatedConv2d(x, weight, style, { resample: 'up' }).shape).toEqual([1, 16, 16, 4]);
    expect(modulatedConv2d(x, weight, style, { resample: 'down' }).shape).toEqual([1, 4, 4, 4]);
    expect(convDown(x, weight).shape).toEqual([1, 4, 4, 4]);
  });

  it('names what does not fit', () => {
    const x = tf.zeros<tf.Rank.R4>([2, 4, 4, 3]);
    const style = tf.ones<tf.Rank.R2>([2, 3]);
    expect(() => modulatedConv2d(x, tf.ones([3, 3, 2, 8]), style)).toThrow(
      'modulatedConv2d: weight [3,3,2,8] takes 2 channels, x [2,4,4,3] has 3',
    );
    expect(() => modulatedConv2d(x, tf.ones([3, 3, 3, 8]), tf.ones([1, 3]))).toThrow(
      'modulatedConv2d: style has shape [1,3], expected [2,3]',
    );
    expect(() => modulatedConv2d(x, tf.ones([2, 2, 3, 8]), style)).toThrow(
      'has a 2×2 kernel, expected odd and square',
    );
  });
});
