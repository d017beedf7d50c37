import { DTYPE_BYTES, type DType } from './dtypes.ts';
import { elementCount, type TensorView } from './tensor-view.ts';

/** One tensor of a checkpoint, as listed. Its elements are read when they are asked for. */
export class TensorEntry {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Size of its elements; views of one storage count each. */
  readonly bytes: number;

  constructor(
    /** Keys on the way to it, joined by dots; empty for a file that is one tensor and nothing else. */
    readonly name: string,
    /** Where its elements are. */
    readonly view: TensorView,
  ) {
    this.dtype = view.dtype;
    this.shape = view.shape;
    this.bytes = elementCount(view.shape) * DTYPE_BYTES[view.dtype];
  }
}
