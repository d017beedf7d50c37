import { reductions, shapes } from './arrays.ts';
import { elementwise, integers, logical } from './elementwise.ts';
import { gradientForms, images } from './images.ts';
import type { KernelCall } from './inputs.ts';

export type { KernelCall } from './inputs.ts';

/** A call of every kernel that records ONNX operators, and of those that treat types differently, one per type. */
export const KERNEL_CALLS: readonly KernelCall[] = [
  ...elementwise,
  ...shapes,
  ...reductions,
  ...images,
  ...gradientForms,
  ...integers,
  ...logical,
];
