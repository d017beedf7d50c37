export { Adam, type AdamOptions } from './adam.ts';
export { type Compiled, type CompileOptions, compile } from './compile.ts';
export {
  type ActiveEngine,
  describeEngines,
  ENGINE_NAMES,
  type EngineName,
  type EngineReport,
  type UseEngineOptions,
  useEngine,
} from './engines.ts';
export { EngineError, type EngineErrorCode } from './errors.ts';
export { FollowingAverage, type FollowingAverageOptions } from './following-average.ts';
export { type HostArray, type HostOp, type HostOutputSpec, type HostTensor, hostOp } from './host-op.ts';
export { MovingAverage } from './moving-average.ts';
export { type ExportManifest, type ExportOptions, exportStep } from './onnx/export.ts';
export { formatStepReport, type StepReport } from './onnx/report.ts';
export { onCommit } from './onnx/update.ts';
export { formatProfile, type ProfileRow, profileStep, type StepProfile } from './profile.ts';
export { type RandomPosition, randomNormal, randomUniform, setRandomPosition } from './random.ts';
export { currentScope, withScope } from './scope.ts';
export { supplied } from './supplied.ts';
