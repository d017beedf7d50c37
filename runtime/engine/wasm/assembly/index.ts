// Kernels over an ordinary (not shared) memory, whose views onnxruntime takes as tensors without a copy.
export { addScaled, fill, firstNonFinite, lerp } from './elementwise';
export { adam } from './adam';
export { normal, philox, uniform } from './random';

/** The first byte that the module's own constants leave free. */
export function heapBase(): usize {
  return __heap_base;
}
