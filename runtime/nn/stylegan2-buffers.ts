import type { HostTensor } from '../engine/host-op.ts';
import { CheckpointError } from '../formats/index.ts';
import type { StoredNetwork } from './load.ts';
import { resolutionsAbove4 } from './stylegan2-widths.ts';

/** StyleGAN2's blur, one row of the separable kernel, as PyTorch checkpoints store it: constants beside the weights. */
export type BlurKernels = ReadonlyMap<string, HostTensor>;

/** The blur kernels of a generator's checkpoint: a file without them does not load strictly in PyTorch. */
export function generatorBuffers(size: number, taps: readonly number[]): BlurKernels {
  const doubling = kernelOf(taps, 4);
  return new Map(
    resolutionsAbove4(size).flatMap((_, i) => [
      [`convs.${2 * i}.conv.blur.kernel`, doubling] as const,
      [`to_rgbs.${i}.upsample.kernel`, doubling] as const,
    ]),
  );
}

/** The blur kernels of a discriminator's checkpoint. */
export function discriminatorBuffers(size: number, taps: readonly number[]): BlurKernels {
  const halving = kernelOf(taps, 1);
  return new Map(
    resolutionsAbove4(size).flatMap((_, i) => [
      [`convs.${i + 1}.conv2.0.kernel`, halving] as const,
      [`convs.${i + 1}.skip.0.kernel`, halving] as const,
    ]),
  );
}

function kernelOf(taps: readonly number[], gain: number): HostTensor {
  const sum = taps.reduce((total, tap) => total + tap, 0);
  const data = Float32Array.from(taps.flatMap((a) => taps.map((b) => (gain * a * b) / sum ** 2)));
  return { data, shape: [taps.length, taps.length] };
}

/**
 * Compares the blur kernels of a file, where it has them, with those that a network uses.
 * @throws CheckpointError where one differs
 */
export async function checkBuffers(
  stored: StoredNetwork,
  buffers: BlurKernels,
  network: string,
): Promise<void> {
  for (const [name, { data, shape }] of buffers) {
    if (!stored.shapeOf(name)) continue;
    const values = await stored.read(new Map([[name, shape]]), { network, unused: 'any' });
    const found = values.get(name)?.data ?? [];
    if (data.every((value, i) => Math.abs((found[i] as number) - value) < 1e-5)) continue;
    const details = { file: stored.file, found: `[${found}]`, expected: `[${data}]` };
    throw new CheckpointError(
      'network-mismatch',
      `the blur kernel ${name} is not that of ${network}`,
      details,
    );
  }
}
