import { EngineError } from '../errors.ts';
import type { HostArray } from '../host-op.ts';
import { createSharedMemory, loadModule, PAGE_BYTES } from './module.ts';
import { ARGUMENT_WORDS, KernelPool, POOL_BASE } from './pool.ts';

const KERNELS = ['rasterizeDepth', 'rasterizeDepthGradient', 'rasterizeColour'] as const;

/** What the module was built with (see scripts/build.mjs). */
const MAXIMUM_BYTES = 16_384 * PAGE_BYTES;
/** The largest S for which one image fits. */
export const MAXIMUM_MESH_SIZE = 4096;
/** Larger batches are rasterized in parts, so that the memory, which never shrinks, stays small. */
const BATCH_BYTES = 2 ** 25;

/** One argument of a kernel: a number, an array that all images share, or one with a part per image. */
type Argument =
  | { readonly integer: number }
  | { readonly float: number }
  | { readonly constant: Float32Array }
  | { readonly perImage: number; readonly from?: HostArray; readonly to?: HostArray };

/** A batch of grid meshes, in C order. */
export interface Meshes {
  /** [batch, size, size, 3]: normalised device x, y and camera depth z. */
  readonly vertices: Float32Array;
  readonly batch: number;
  readonly size: number;
}

export interface DepthRange {
  readonly near: number;
  readonly far: number;
}

let state:
  | { memory: ReturnType<typeof createSharedMemory>; pool: KernelPool<(typeof KERNELS)[number]> }
  | undefined;

function start() {
  if (!state) {
    const memory = createSharedMemory({ initial: 1, maximum: MAXIMUM_BYTES / PAGE_BYTES });
    state = { memory, pool: new KernelPool(loadModule('raster'), memory, KERNELS) };
  }
  return state;
}

/** Sets how many threads the rasterizers use, the calling one included; all cores (at most 8) unless set. */
export function setRasterizerThreads(threads: number): void {
  start().pool.threads = threads;
}

/**
 * Fills `depth` [batch, size, size], and where given `faces` and `supersampled`, both [batch, 2·size, 2·size] with
 * row 0 at the bottom.
 */
export function rasterizeDepth(
  meshes: Meshes,
  range: DepthRange,
  output: { depth: HostArray; faces: HostArray; supersampled?: HostArray },
): void {
  run('rasterizeDepth', meshes.batch, [
    ...zbufferArguments(meshes, range, output),
    { perImage: meshes.size ** 2, to: output.depth },
  ]);
}

/** Fills `gradient` [batch, size, size, 3] from the upstream gradient [batch, size, size] and the face map. */
export function rasterizeDepthGradient(
  { vertices, batch, size }: Meshes,
  faces: HostArray,
  upstream: HostArray,
  gradient: HostArray,
): void {
  run('rasterizeDepthGradient', batch, [
    { integer: size },
    { perImage: 3 * size ** 2, from: vertices },
    { perImage: 4 * size ** 2, from: faces },
    { perImage: size ** 2, from: upstream },
    { perImage: 3 * size ** 2, to: gradient },
  ]);
}

/** Fills `image` [batch, size, size, channels] with the meshes in the colours of their vertices. */
export function rasterizeColour(
  meshes: Meshes,
  range: DepthRange,
  colours: HostArray,
  shading: { background: Float32Array; eps: number },
  image: HostArray,
): void {
  const channels = shading.background.length;
  run('rasterizeColour', meshes.batch, [
    ...zbufferArguments(meshes, range, {}),
    { perImage: channels * meshes.size ** 2, from: colours },
    { integer: channels },
    { constant: shading.background },
    { float: shading.eps },
    { perImage: channels * meshes.size ** 2, to: image },
  ]);
}

function zbufferArguments(
  { vertices, size }: Meshes,
  { near, far }: DepthRange,
  { faces, supersampled }: { faces?: HostArray; supersampled?: HostArray },
): Argument[] {
  // Four more than there are pixels, since the kernel reads four at a time.
  const centres = Float32Array.from({ length: 2 * size + 4 }, (_, i) => (2 * i + 1 - 2 * size) / (2 * size));
  return [
    { integer: size },
    { float: near },
    { float: far },
    { perImage: 3 * size ** 2, from: vertices },
    { constant: centres },
    { perImage: 4 * size ** 2, ...(supersampled && { to: supersampled }) },
    { perImage: 4 * size ** 2, ...(faces && { to: faces }) },
    { perImage: 2 * size ** 2 },
  ];
}

function run(kernel: (typeof KERNELS)[number], batch: number, args: readonly Argument[]): void {
  const { memory, pool } = start();
  const bytesPerImage = total(args, (arg) => ('perImage' in arg ? arg.perImage * 4 : 0));
  const fixedBytes =
    POOL_BASE + 16 * ARGUMENT_WORDS + total(args, (arg) => ('constant' in arg ? arg.constant.byteLength : 0));
  const part = Math.max(1, Math.min(batch, Math.floor((BATCH_BYTES - fixedBytes) / bytesPerImage)));
  reserve(memory, kernel, fixedBytes + part * bytesPerImage);
  for (let first = 0; first < batch; first += part) {
    const images = Math.min(part, batch - first);
    const pointers = place(args, images);
    args.forEach((arg, i) => {
      if ('constant' in arg) words(memory.buffer, pointers[i], arg.constant.length).set(bits(arg.constant));
      if (!('perImage' in arg) || !arg.from) return;
      const from = bits(arg.from).subarray(first * arg.perImage, (first + images) * arg.perImage);
      words(memory.buffer, pointers[i], from.length).set(from);
    });
    pool.run(kernel, images, (view) => {
      args.forEach((arg, i) => {
        if ('float' in arg) view.setFloat32(4 * i, arg.float, true);
        else view.setUint32(4 * i, 'integer' in arg ? arg.integer : (pointers[i] ?? 0), true);
      });
    });
    args.forEach((arg, i) => {
      if (!('perImage' in arg) || !arg.to) return;
      bits(arg.to).set(words(memory.buffer, pointers[i], images * arg.perImage), first * arg.perImage);
    });
  }
}

/** Byte offsets of the arguments that are arrays, one after the other on multiples of 16. */
function place(args: readonly Argument[], images: number): number[] {
  let next = POOL_BASE;
  return args.map((arg) => {
    const pointer = next;
    const count = 'constant' in arg ? arg.constant.length : 'perImage' in arg ? arg.perImage * images : 0;
    next = Math.ceil((pointer + 4 * count) / 16) * 16;
    return pointer;
  });
}

function reserve(
  memory: { buffer: SharedArrayBuffer; grow(pages: number): number },
  kernel: string,
  bytes: number,
) {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES);
  try {
    if (bytes > MAXIMUM_BYTES) throw new RangeError('the limit is reached');
    if (missing > 0) memory.grow(missing);
  } catch (cause) {
    const message = `${kernel} needs ${Math.ceil(bytes / 2 ** 20)} MiB for one image, the limit is 1024 MiB`;
    throw new EngineError('out-of-memory', message, { operation: kernel }, { cause });
  }
}

// Everything is copied as words of 32 bits, whatever they mean.
const bits = ({ buffer, byteOffset, length }: HostArray) => new Int32Array(buffer, byteOffset, length);
const words = (buffer: SharedArrayBuffer, pointer = 0, length = 0) => new Int32Array(buffer, pointer, length);
const total = (args: readonly Argument[], bytes: (arg: Argument) => number) =>
  args.reduce((sum, arg) => sum + bytes(arg), 0);
