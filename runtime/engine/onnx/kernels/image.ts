import { constant, emit, scalar, type Value } from '../graph.ts';
import { NCHW, Sym, transposeData } from '../sym.ts';
import { type Call, cast, defineKernels, pointwise, symbol } from './define.ts';
import { add, div, mul, sub } from './elementwise.ts';
import { filled } from './fill.ts';
import { gather } from './indexing.ts';

interface Sampling {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** Source coordinate of every target pixel along an axis, as TensorFlow.js computes it. */
function coordinates(from: number, to: number, { alignCorners, halfPixelCenters }: Sampling): number[] {
  const scale = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
  return Array.from({ length: to }, (_, i) => (halfPixelCenters ? (i + 0.5) * scale - 0.5 : i * scale));
}

/** Linear interpolation along an axis as a matrix [to, from]. */
function interpolation(from: number, to: number, sampling: Sampling): Float32Array {
  const matrix = new Float32Array(to * from);
  coordinates(from, to, sampling).forEach((at, i) => {
    const low = Math.max(0, Math.floor(at));
    const high = Math.min(from - 1, Math.ceil(at));
    const share = at - low;
    matrix[i * from + low] = (matrix[i * from + low] as number) + 1 - share;
    matrix[i * from + high] = (matrix[i * from + high] as number) + share;
  });
  return matrix;
}

/** The nearest source pixel along an axis as a matrix [to, from] of zeros and ones. */
function selection(from: number, to: number, sampling: Sampling): Float32Array {
  const matrix = new Float32Array(to * from);
  nearest(from, to, sampling).forEach((at, i) => {
    matrix[i * from + at] = 1;
  });
  return matrix;
}

function nearest(from: number, to: number, { alignCorners, halfPixelCenters }: Sampling): number[] {
  const scale = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
  return Array.from({ length: to }, (_, i) => {
    const at = halfPixelCenters ? (i + 0.5) * scale : i * scale;
    const rounded = alignCorners ? Math.round(at) : Math.floor(at);
    return Math.min(from - 1, Math.max(0, rounded));
  });
}

type Matrix = (from: number, to: number, sampling: Sampling) => Float32Array;

/** Applies a matrix to rows and one to columns of NCHW images; transposed for gradients. */
function separable(
  x: Value,
  rows: Float32Array,
  columns: Float32Array,
  [height, width]: readonly [number, number],
): Value {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  if (n * c === 0) return filled([n, c, height, width], 0, 'float32').value;
  const right = constant(transposeData(columns, [width, w], [1, 0]), [w, width], 'float32');
  const wide = emit('MatMul', [x, right], { shape: [n, c, h, width], type: 'float32' });
  return emit('MatMul', [constant(rows, [height, h], 'float32'), wide], {
    shape: [n, c, height, width],
    type: 'float32',
  });
}

function resize(matrix: Matrix) {
  return ({ in: input, attrs }: Call): Sym => {
    const x = cast(input('images'), 'float32');
    const [height, width] = attrs.size as [number, number];
    const [, h, w] = x.shape as [number, number, number, number];
    return symbol(
      separable(x.as(NCHW), matrix(h, height, attrs), matrix(w, width, attrs), [height, width]),
      NCHW,
    );
  };
}

function resizeNearest({ in: input, attrs }: Call): Sym {
  const x = input('images');
  const along = (axis: 1 | 2) => {
    const indices = nearest(x.shape[axis] as number, attrs.size[axis - 1], attrs);
    return constant(Int32Array.from(indices), [indices.length], 'int32');
  };
  return gather(gather(x, along(1), 1), along(2), 2);
}

function resizeGradient(matrix: Matrix) {
  return ({ in: input, attrs }: Call): Sym => {
    const dy = cast(input('dy'), 'float32');
    const [, h, w] = input('images').shape as [number, number, number, number];
    const [, height, width] = dy.shape as [number, number, number, number];
    const rows = transposeData(matrix(h, height, attrs), [height, h], [1, 0]);
    const columns = transposeData(matrix(w, width, attrs), [width, w], [1, 0]);
    return symbol(separable(dy.as(NCHW), rows, columns, [h, w]), NCHW);
  };
}

function batchNorm({ in: input, maybe, attrs }: Call): Sym {
  const [x, mean, variance] = [input('x'), input('mean'), input('variance')];
  const deviation = pointwise('Sqrt', add(variance, Sym.row(scalar(attrs.varianceEpsilon))));
  const scale = maybe('scale');
  const offset = maybe('offset');
  const gain = scale ? div(scale, deviation) : div(Sym.row(scalar(1)), deviation);
  const scaled = mul(sub(x, mean), gain);
  return offset ? add(scaled, offset) : scaled;
}

defineKernels({
  ResizeBilinear: resize(interpolation),
  ResizeBilinearGrad: resizeGradient(interpolation),
  ResizeNearestNeighbor: resizeNearest,
  ResizeNearestNeighborGrad: resizeGradient(selection),
  FusedBatchNorm: batchNorm,
});
