import type { HostTensor } from '../engine/host-op.ts';
import { type SavedTensor, savedTensor } from '../formats/index.ts';
import { shapeToTorch, toTorch } from './torch-weights.ts';

/**
 * Weights as PyTorch's `state_dict`, for `writeTorch` and `writeSafetensors`. Each is brought into PyTorch's layout
 * when it is written. For a GAN add the constants that its checkpoints hold besides (stylegan2-buffers.ts).
 */
export function stateDict(weights: ReadonlyMap<string, HostTensor>): Map<string, SavedTensor> {
  return new Map(
    [...weights].map(([name, weight]) => {
      const data = () => Float32Array.from(toTorch(weight).data);
      return [name, savedTensor({ dtype: 'float32', shape: shapeToTorch(weight.shape), data })] as const;
    }),
  );
}
