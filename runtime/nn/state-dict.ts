import type { HostTensor } from '../engine/host-op.ts';
import { toHalf } from '../formats/dtypes.ts';
import { type SavedTensor, savedTensor } from '../formats/index.ts';
import { shapeToTorch, toTorch } from './torch-weights.ts';

/**
 * Weights as PyTorch's `state_dict`, for `writeTorch` and `writeSafetensors`. Each is brought into PyTorch's layout
 * when it is written. For a GAN add the constants that its checkpoints hold besides (stylegan2-buffers.ts).
 */
export function stateDict(
  weights: ReadonlyMap<string, HostTensor>,
  { dtype = 'float32' }: { readonly dtype?: 'float32' | 'float16' } = {},
): Map<string, SavedTensor> {
  return new Map(
    [...weights].map(([name, weight]) => {
      const data = () => {
        const values = toTorch(weight).data;
        return dtype === 'float16' ? Uint16Array.from(values, toHalf) : Float32Array.from(values);
      };
      return [name, savedTensor({ dtype, shape: shapeToTorch(weight.shape), data })] as const;
    }),
  );
}
