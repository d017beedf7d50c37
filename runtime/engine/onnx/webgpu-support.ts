const NO_INTEGERS = 'of int32 tensors: ONNX Runtime has no such WebGPU kernel';
const NO_FLAGS = 'of bool tensors: ONNX Runtime has no such WebGPU kernel';
const NO_INDEX_CAST = 'the indices come as int64, whose conversion to int32 has no WebGPU kernel';

/**
 * TensorFlow.js kernels of which the CPU computes a part although the engine is `onnx:webgpu`, and why. Results are
 * the same; tensors cross between GPU and host memory, which costs time in the middle of a step. Found with
 * ONNX Runtime 1.30 by refusing fallbacks, kernel by kernel; test/engine/webgpu.test.ts keeps the list true.
 * Kernels that are host operations on every provider are not listed.
 */
export const WEBGPU_FALLBACK: ReadonlyMap<string, string> = new Map([
  ['Abs', NO_INTEGERS],
  ['ArgMax', NO_INDEX_CAST],
  ['ArgMin', NO_INDEX_CAST],
  ['Concat', NO_FLAGS],
  ['FloorDiv', 'of int32 tensors: Or and Xor have no WebGPU kernel'],
  ['LogicalOr', 'Or has no WebGPU kernel'],
  ['MaxPoolGrad', 'with padding: a mask is transposed, and Transpose has no WebGPU kernel for bool'],
  ['Mod', 'of int32 tensors: Mod and Or have no WebGPU kernel'],
  ['Neg', NO_INTEGERS],
  ['NotEqual', NO_FLAGS],
  ['Reverse', NO_INTEGERS],
  ['Round', 'Round has no WebGPU kernel'],
  ['Selu', 'Selu has no WebGPU kernel'],
  ['Slice', 'of int32 and bool tensors: ONNX Runtime has no such WebGPU kernel'],
  ['SplitV', NO_FLAGS],
  ['StridedSlice', NO_INTEGERS],
  ['Tile', NO_FLAGS],
  ['Unpack', NO_INTEGERS],
]);
