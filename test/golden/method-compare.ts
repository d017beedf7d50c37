import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../../runtime/engine/index.ts';
import { toTorch } from '../../runtime/nn/torch-weights.ts';
import { lightingFromVector } from '../../runtime/ops/index.ts';
import type { Check } from './check.ts';
import type { GoldenCase } from './fixture.ts';
import { toNchw } from './layout.ts';
import type { MethodCase } from './method-case.ts';
import type { Pulled, RanEntry } from './method-run.ts';
import { keyOf, type Outputs } from './method-values.ts';

/** Our networks by the names of the reference. */
const NETWORKS: { readonly [name: string]: string } = {
  netD: 'depthNet',
  netA: 'albedoNet',
  netV: 'viewNet',
  netL: 'lightNet',
  netEnc: 'encoder',
};

/** Outputs of metric/depth by stored names. */
const METRICS = {
  acc_mae_masked: 'mae',
  acc_mse_masked: 'mse',
  acc_sie_masked: 'side',
  acc_normal_masked: 'mad',
  SIDE: 'side',
  MAD: 'mad',
};

/** Compares what the entries of a run gave with a case of whole steps. */
export class MethodComparer {
  private readonly golden: GoldenCase;

  constructor(
    private readonly method: MethodCase,
    private readonly check: Check,
  ) {
    this.golden = method.golden;
  }

  /** What the recorder took at the first pull. */
  outputs({ pulls }: RanEntry, outputs: Outputs): void {
    for (const [stored, [output, layout]] of Object.entries(outputs)) {
      const value = pulls[0]?.values.get(keyOf(output)) as HostTensor;
      this.compare(stored, stored.startsWith('collect/first') ? firstOf(value) : value, layout);
    }
  }

  step1(entry: RanEntry): void {
    const { scalars, values } = entry.pulls[0] as Pulled;
    this.lighting(values.get('light') as HostTensor);
    this.numbers('step1/loss_l1_im', [scalars.photoPlain]);
    this.numbers('step1/loss_l1_im_flip', [scalars.photoFlipped]);
    this.perceptual('step1', values.get('distance'));
    this.numbers('step1/loss_smooth', [scalars.smooth]);
    for (const [stored, port] of Object.entries(METRICS)) {
      this.numbers(`step1/${stored}`, [values.get(port)?.data[0]]);
    }
    this.training('step1', entry, 'loss1');
  }

  step2(entry: RanEntry): void {
    const terms = entry.pulls.map(({ scalars }) => [scalars.projectedPhoto, scalars.features, scalars.norm]);
    const [first = []] = terms;
    this.numbers('step2/loss_l1', [first[0]]);
    this.numbers('step2/loss_rec', [first[1]]);
    this.numbers('step2/loss_latent_norm', [first[2]]);
    this.numbers('step2/loss_terms_per_iteration', terms.flat());
    this.training('step2', entry, 'loss2');
  }

  collected({ pulls }: RanEntry): void {
    const means = (key: string) => pulls.flatMap(({ values }) => meansOf(values.get(key) as HostTensor));
    this.numbers('collect/proj_imgs_sum_per_image', means('projected'));
    this.numbers('collect/masks_sum_per_image', means('pseudoMask'));
  }

  step3(entry: RanEntry): void {
    const { scalars, values } = entry.pulls[0] as Pulled;
    this.numbers('step3/loss_l1_im', [scalars.samplePhotoPlain]);
    this.numbers('step3/loss_l1_im_flip', [scalars.samplePhotoFlipped]);
    this.perceptual('step3', values.get('distance'));
    this.numbers('step3/loss_smooth', [scalars.smooth]);
    const terms = entry.pulls.flatMap((pulled) => [
      pulled.scalars.samplePhotoPlain,
      pulled.scalars.samplePhotoFlipped ?? 0,
      this.perceptualOf('step3', pulled.values.get('distance'))[0] ?? 0,
      pulled.scalars.smooth,
    ]);
    this.numbers('step3/loss_terms_per_iteration', terms);
    this.training('step3', entry, 'loss3');
  }

  /** The gradients of step 1 by fields between nodes, from a graph with taps. */
  fields({ gradients }: RanEntry): void {
    const fields = { depth: 'depth', albedo: 'albedo', view_trans: 'view', light: 'light' };
    for (const [stored, node] of Object.entries(fields)) {
      const gradient = gradients.get(`${node}/zero`) as HostTensor;
      this.compare(`step1/grad_field:${stored}`, gradient, stored === 'albedo' ? 'image' : undefined);
    }
  }

  /** The total loss of all iterations, the gradients of the first and the weights after the last. */
  private training(step: string, { pulls, gradients, weights }: RanEntry, loss: string): void {
    const losses = pulls.map(({ scalars }) => scalars[loss]);
    this.numbers(`${step}/loss_total`, [losses[0]]);
    this.numbers(`${step}/loss_per_iteration`, losses);
    const stored = (what: string) =>
      this.golden
        .matching(new RegExp(`^${step}/${what}:(\\w+?)(?:\\.(.+))?$`))
        .map(([entry, [, network = '', weight = '']]) => ({
          ...entry,
          path: `${NETWORKS[network]}/${weight}`,
        }));
    for (const { name, path } of stored('grad')) {
      const { data, shape } = toTorch(gradients.get(path) as HostTensor);
      this.check.values(name, { values: data, shape });
    }
    for (const { name, path, shape } of stored('after/weight_head')) {
      const { data } = toTorch(weights.get(path) as HostTensor);
      this.check.values(name, { values: data.subarray(0, shape[0]), shape });
    }
    for (const { name, path } of stored('after/weight_absmean')) {
      const own = [...weights].filter(([weight]) => weight.startsWith(path)).map(([, value]) => value);
      this.numbers(
        name,
        own.map(({ data }) => mean(data.map(Math.abs))),
      );
    }
  }

  private compare(name: string, { data, shape }: HostTensor, layout?: 'image'): void {
    if (!this.golden.has(name)) return;
    const values = data as Float32Array | Int32Array;
    this.check.values(name, layout ? toNchw(values, shape, name) : { values, shape });
  }

  private numbers(name: string, values: readonly (number | undefined)[]): void {
    if (!this.golden.has(name)) return;
    const known = values.map((value) => value ?? Number.NaN);
    const { shape } = this.golden.entry(name);
    const expected = shape.reduce((product, length) => product * length, 1);
    this.check.values(name, { values: known, shape: known.length === expected ? shape : [known.length] });
  }

  /** The terms of the light, which are inside of a node. */
  private lighting({ data, shape }: HostTensor): void {
    const { ambient, diffuse, direction } = lightingFromVector(tf.tensor(data, [...shape]));
    const terms = { light_a: ambient, light_b: diffuse, light_d: direction };
    for (const [name, tensor] of Object.entries(terms)) {
      this.compare(`step1/${name}`, { data: tensor.dataSync<'float32'>(), shape: tensor.shape });
    }
  }

  private perceptual(step: 'step1' | 'step3', distance: HostTensor | undefined): void {
    const means = this.perceptualOf(step, distance);
    for (const [i, name] of [`${step}/loss_perc_im`, `${step}/loss_perc_im_flip`].entries()) {
      if (this.method.perceptual) this.numbers(name, [means[i]]);
      else this.check.without(name, 'the reference put 0 in its place');
    }
  }

  /** The mean distances of the plain and, where there are any, of the mirrored reconstructions. */
  private perceptualOf(step: 'step1' | 'step3', distance: HostTensor | undefined): number[] {
    if (!distance) return [];
    const flipped = step === 'step1' ? this.method.flip1 : this.method.flip3;
    const count = distance.data.length / (flipped ? 2 : 1);
    const plain = mean(distance.data.subarray(0, count));
    return flipped ? [plain, mean(distance.data.subarray(count))] : [plain];
  }
}

function firstOf({ data, shape: [batch = 1, ...rest] }: HostTensor): HostTensor {
  return { data: data.subarray(0, data.length / batch), shape: [1, ...rest] };
}

/** The mean of every entry of a batch. */
function meansOf({ data, shape: [batch = 1] }: HostTensor): number[] {
  const length = data.length / batch;
  return Array.from({ length: batch }, (_, i) => mean(data.subarray(i * length, (i + 1) * length)));
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}
