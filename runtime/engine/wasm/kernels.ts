import { type Block, SCRATCH_FLOATS } from './heap.ts';

/** Floats that a kernel reads: a block, or an array anywhere, which passes through the heap's scratch block. */
export type Source = Block | Float32Array;

/** One parameter of an optimizer with its moments; all of one length. The gradient may live outside the heap. */
export interface AdamState {
  readonly param: Block;
  readonly grad: Source;
  readonly firstMoment: Block;
  readonly secondMoment: Block;
}

export interface AdamOptions {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** L2 penalty: this much of the parameter is added to the gradient. */
  readonly weightDecay: number;
  /** Number of this update, counted from 1. */
  readonly step: number;
  /**
   * Whether epsilon is added to √v after its bias correction (`after`: Kingma and Ba's Algorithm 1 and PyTorch
   * today; the default) or before it (`before`: the reordering at the end of their section 2, PyTorch 1.1 and 1.2).
   */
  readonly epsilonPlacement?: 'after' | 'before';
}

/** One update of Adam (Kingma and Ba, ICLR 2015, Algorithm 1), in place. Throws on unequal lengths and bad options. */
export function adam(state: AdamState, options: AdamOptions): void {
  const { param, grad, firstMoment, secondMoment } = state;
  const { learningRate, beta1, beta2, epsilon, weightDecay, step, epsilonPlacement = 'after' } = options;
  requireLength('the gradient', grad, param.length);
  requireLength('the first moment', firstMoment, param.length);
  requireLength('the second moment', secondMoment, param.length);
  if (!Number.isSafeInteger(step) || step < 1) throw new RangeError(`step is ${step}; it counts from 1`);
  for (const [name, beta] of Object.entries({ beta1, beta2 })) {
    if (!(beta >= 0 && beta < 1)) throw new RangeError(`${name} is ${beta}; it must lie in [0, 1)`);
  }
  for (const [name, value] of Object.entries({ learningRate, epsilon, weightDecay })) {
    if (!(value >= 0 && value < Infinity))
      throw new RangeError(`${name} is ${value}; it must be finite and ≥ 0`);
  }
  const root = Math.sqrt(1 - beta2 ** step);
  const early = epsilonPlacement === 'before';
  const stepSize = ((early ? root : 1) * learningRate) / (1 - beta1 ** step);
  const scalars = [stepSize, beta1, 1 - beta1, beta2, 1 - beta2, epsilon, weightDecay, early ? 1 : 1 / root];
  const { kernels } = param.heap;
  const [p, m, v] = [pointer(param), pointer(firstMoment, param), pointer(secondMoment, param)];
  staged(param, grad, (g, at, length) => kernels.adam(p + at, g, m + at, v + at, length, ...scalars));
}

/** average = decay·average + (1 - decay)·value: an exponential moving average. `decay` lies in [0, 1]. */
export function lerp(average: Block, value: Source, decay: number): void {
  requireLength('the value', value, average.length);
  if (!(decay >= 0 && decay <= 1)) throw new RangeError(`decay is ${decay}; it must lie in [0, 1]`);
  const target = pointer(average);
  const { kernels } = average.heap;
  staged(average, value, (from, at, length) => kernels.lerp(target + at, from, length, decay, 1 - decay));
}

/** target += scale·source, such as accumulating gradients. */
export function addScaled(target: Block, source: Source, scale: number): void {
  requireLength('the source', source, target.length);
  const to = pointer(target);
  const { kernels } = target.heap;
  staged(target, source, (from, at, length) => kernels.addScaled(to + at, from, length, scale));
}

/** Sets every element to `value`. */
export function fill(target: Block, value: number): void {
  target.heap.kernels.fill(pointer(target), target.length, value);
}

/** The index of the first infinity or NaN, -1 where all is finite. */
export function firstNonFinite(block: Block): number {
  return block.heap.kernels.firstNonFinite(pointer(block), block.length);
}

function requireLength(what: string, source: Source, length: number): void {
  if (source.length !== length) {
    throw new RangeError(`${what} has ${source.length} elements, what it belongs to has ${length}`);
  }
}

/** The address of a block that is alive and in the same heap as `beside`. */
function pointer(block: Block, beside: Block = block): number {
  if (block.heap !== beside.heap) throw new TypeError('the blocks are from different heaps');
  block.view();
  return block.pointer;
}

/** Calls `body` with addresses of consecutive parts of `source` and their byte offset, copying parts in if need be. */
function staged(
  beside: Block,
  source: Source,
  body: (from: number, offset: number, length: number) => void,
): void {
  const { heap } = beside;
  if (!(source instanceof Float32Array)) {
    body(pointer(source, beside), 0, source.length);
  } else if (heap.contains(source)) {
    body(source.byteOffset, 0, source.length);
  } else {
    const scratch = heap.scratch.view();
    for (let at = 0; at < source.length; at += SCRATCH_FLOATS) {
      const part = source.subarray(at, at + SCRATCH_FLOATS);
      scratch.set(part);
      body(heap.scratch.pointer, at * 4, part.length);
    }
  }
}
