/** Files of tensors: reading PyTorch checkpoints and safetensors, matching them to networks, writing both. */
export { writeFileAtomic } from './atomic.ts';
export { type Checkpoint, openCheckpoint, openCheckpointBytes, type ReadTensor } from './checkpoint.ts';
export type { CheckpointFormat } from './detect.ts';
export type { DType, RealDType, TensorData } from './dtypes.ts';
export { TensorEntry } from './entry.ts';
export { CheckpointError, type CheckpointErrorCode } from './errors.ts';
export {
  assertMatch,
  type MatchOptions,
  type MisshapenTensor,
  type MissingTensor,
  matchTensors,
  type TensorMatch,
  type WantedTensor,
} from './match.ts';
export { writeSafetensors } from './safetensors/write.ts';
export { type SavedData, type SavedStorage, SavedTensor, savedTensor } from './saved.ts';
export { type Savable, writeTorch } from './torch/write.ts';
export { OpaqueObject, type TreeValue } from './tree.ts';
