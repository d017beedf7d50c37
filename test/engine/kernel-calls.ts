import * as tf from '@tensorflow/tfjs-core';

/** A call of a TensorFlow.js kernel on small tensors. */
export interface KernelCall {
  readonly kernel: string;
  /** What is special about it. */
  readonly variant?: string;
  readonly run: () => tf.Tensor | tf.Tensor[];
}

/** Fixed values between -1 and 1, none of them a tie. More than 16 elements, so that they are fed, not folded. */
function values(shape: readonly number[], seed = 1): tf.Tensor {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(7.13 * (i + 1) + 1.7 * seed)),
    [...shape],
  );
}

const IMAGE = [2, 6, 6, 3] as const;
const x = () => values(IMAGE) as tf.Tensor4D;
const y = () => values(IMAGE, 2) as tf.Tensor4D;
const positive = () =>
  tf.tensor(
    values(IMAGE)
      .dataSync()
      .map((value) => Math.abs(value) + 0.1),
    [...IMAGE],
  );
const above1 = () =>
  tf.tensor(
    values(IMAGE)
      .dataSync()
      .map((value) => Math.abs(value) + 1.1),
    [...IMAGE],
  );
const whole = (seed = 1) =>
  tf.tensor(
    Int32Array.from(values(IMAGE, seed).dataSync(), (value) => Math.round(9 * value)),
    [...IMAGE],
    'int32',
  );
const flags = (seed = 1) =>
  tf.tensor(
    Uint8Array.from(values(IMAGE, seed).dataSync(), (value) => Number(value > 0)),
    [...IMAGE],
    'bool',
  );
const indices = (count: number, below: number) =>
  tf.tensor(
    Int32Array.from({ length: count }, (_, i) => (i * 7 + 3) % below),
    [count],
    'int32',
  );
const filter = (shape: readonly number[]) => values(shape, 3) as tf.Tensor4D;

const unary = (
  kernel: string,
  op: (input: tf.Tensor) => tf.Tensor,
  input: () => tf.Tensor = x,
): KernelCall => ({
  kernel,
  run: () => op(input()),
});
const binary = (kernel: string, op: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): KernelCall => ({
  kernel,
  run: () => op(x(), y()),
});
const call = (
  kernel: string,
  inputs: Record<string, tf.Tensor>,
  attrs: object = {},
): tf.Tensor | tf.Tensor[] =>
  tf.engine().runKernel(kernel, inputs, attrs as tf.NamedAttrMap) as tf.Tensor | tf.Tensor[];

const elementwise: readonly KernelCall[] = [
  unary('Abs', tf.abs),
  unary('Acos', tf.acos),
  unary('Acosh', tf.acosh, above1),
  unary('Asin', tf.asin),
  unary('Asinh', tf.asinh),
  unary('Atan', tf.atan),
  unary('Atanh', (input) => tf.atanh(tf.mul(input, 0.9))),
  unary('Ceil', tf.ceil),
  unary('ClipByValue', (input) => tf.clipByValue(input, -0.5, 0.4)),
  unary('Cos', tf.cos),
  unary('Cosh', tf.cosh),
  unary('Elu', tf.elu),
  { kernel: 'EluGrad', run: () => call('EluGrad', { dy: x(), y: y() }) },
  unary('Erf', tf.erf),
  unary('Exp', tf.exp),
  unary('Expm1', tf.expm1),
  unary('Floor', tf.floor),
  unary('IsFinite', tf.isFinite),
  unary('IsInf', tf.isInf),
  unary('IsNan', tf.isNaN),
  unary('LeakyRelu', (input) => tf.leakyRelu(input, 0.2)),
  unary('Log', tf.log, positive),
  unary('Log1p', tf.log1p, positive),
  unary('LogicalNot', tf.logicalNot, flags),
  unary('Neg', tf.neg),
  { kernel: 'Prelu', run: () => tf.prelu(x(), values([6, 6, 3], 4)) },
  unary('Reciprocal', tf.reciprocal, positive),
  unary('Relu', tf.relu),
  unary('Relu6', (input) => tf.relu6(tf.mul(input, 8))),
  unary('Round', (input) => tf.round(tf.mul(input, 8))),
  unary('Rsqrt', tf.rsqrt, positive),
  unary('Selu', tf.selu),
  unary('Sigmoid', tf.sigmoid),
  unary('Sign', tf.sign),
  unary('Sin', tf.sin),
  unary('Sinh', tf.sinh),
  unary('Softplus', tf.softplus),
  unary('Sqrt', tf.sqrt, positive),
  unary('Square', tf.square),
  unary('Step', (input) => tf.step(input, 0.3)),
  unary('Tan', tf.tan),
  unary('Tanh', tf.tanh),
  binary('Add', tf.add),
  { kernel: 'AddN', run: () => tf.addN([x(), y(), positive()]) },
  { kernel: 'Atan2', run: () => tf.atan2(x(), y()) },
  binary('Equal', tf.equal),
  { kernel: 'FloorDiv', run: () => tf.floorDiv(x(), positive()) },
  binary('Greater', tf.greater),
  binary('GreaterEqual', tf.greaterEqual),
  binary('Less', tf.less),
  binary('LessEqual', tf.lessEqual),
  { kernel: 'LogicalAnd', run: () => tf.logicalAnd(flags(), flags(2)) },
  { kernel: 'LogicalOr', run: () => tf.logicalOr(flags(), flags(2)) },
  binary('Maximum', tf.maximum),
  binary('Minimum', tf.minimum),
  { kernel: 'Mod', run: () => tf.mod(x(), positive()) },
  binary('Multiply', tf.mul),
  binary('NotEqual', tf.notEqual),
  { kernel: 'Pow', run: () => tf.pow(positive(), y()) },
  { kernel: 'RealDiv', run: () => tf.div(x(), positive()) },
  { kernel: 'Select', run: () => tf.where(flags(), x(), y()) },
  binary('SquaredDifference', tf.squaredDifference),
  binary('Sub', tf.sub),
  unary('Cast', (input) => tf.cast(tf.mul(input, 9), 'int32')),
];

const shapes: readonly KernelCall[] = [
  {
    kernel: 'BatchToSpaceND',
    run: () =>
      tf.batchToSpaceND(
        values([4, 3, 3, 2]),
        [2, 2],
        [
          [0, 0],
          [0, 0],
        ],
      ),
  },
  { kernel: 'Concat', run: () => tf.concat([x(), y()], 3) },
  { kernel: 'DepthToSpace', run: () => tf.depthToSpace(values([2, 3, 3, 8]) as tf.Tensor4D, 2, 'NHWC') },
  { kernel: 'ExpandDims', run: () => tf.expandDims(x(), 1) },
  { kernel: 'Fill', run: () => tf.fill([4, 8], 3) },
  { kernel: 'GatherNd', run: () => tf.gatherND(x(), tf.reshape(indices(20, 2), [10, 2])) },
  { kernel: 'GatherV2', run: () => tf.gather(x(), indices(20, 6), 2) },
  {
    kernel: 'GatherV2',
    variant: 'with batch axes',
    run: () => tf.gather(x(), tf.reshape(indices(24, 6), [2, 12]), 1, 1),
  },
  { kernel: 'LinSpace', run: () => tf.linspace(0, 1, 20) },
  {
    kernel: 'MirrorPad',
    run: () =>
      tf.mirrorPad(
        x(),
        [
          [0, 0],
          [2, 1],
          [1, 2],
          [0, 0],
        ],
        'reflect',
      ),
  },
  { kernel: 'OneHot', run: () => tf.oneHot(indices(20, 5), 5) },
  { kernel: 'OnesLike', run: () => tf.onesLike(x()) },
  { kernel: 'Pack', run: () => tf.stack([x(), y()], 2) },
  {
    kernel: 'PadV2',
    run: () =>
      tf.pad(
        x(),
        [
          [0, 0],
          [2, 1],
          [1, 2],
          [0, 0],
        ],
        0.5,
      ),
  },
  { kernel: 'Range', run: () => tf.range(0, 20) },
  { kernel: 'Reshape', run: () => tf.reshape(x(), [12, 18]) },
  { kernel: 'Reverse', run: () => tf.reverse(x(), [1, 3]) },
  {
    kernel: 'ScatterNd',
    variant: 'with repeated indices',
    run: () => tf.scatterND(tf.reshape(indices(20, 5), [20, 1]), values([20, 3]), [6, 3]),
  },
  { kernel: 'Slice', run: () => tf.slice(x(), [0, 1, 2, 0], [2, 3, 3, 2]) },
  {
    kernel: 'SpaceToBatchND',
    run: () =>
      tf.spaceToBatchND(
        x(),
        [2, 2],
        [
          [0, 0],
          [0, 0],
        ],
      ),
  },
  { kernel: 'SplitV', run: () => tf.split(x(), [1, 2, 3], 1) },
  { kernel: 'StridedSlice', run: () => tf.stridedSlice(x(), [0, 5, 0, 0], [2, 0, 6, 3], [1, -2, 2, 1]) },
  {
    kernel: 'TensorScatterUpdate',
    run: () =>
      tf.tensorScatterUpdate(
        values([20, 3]),
        tf.tensor2d([[3], [7], [1]], undefined, 'int32'),
        values([3, 3], 2),
      ),
  },
  { kernel: 'Tile', run: () => tf.tile(x(), [1, 2, 1, 3]) },
  { kernel: 'Transpose', run: () => tf.add(tf.transpose(x(), [0, 3, 1, 2]), values([2, 3, 6, 6], 5)) },
  { kernel: 'Unpack', run: () => tf.unstack(x(), 1) },
  { kernel: 'ZerosLike', run: () => tf.zerosLike(x()) },
];

const reductions: readonly KernelCall[] = [
  { kernel: 'All', run: () => tf.all(flags(), [1, 2]) },
  { kernel: 'Any', run: () => tf.any(flags(), [1, 2]) },
  { kernel: 'ArgMax', run: () => tf.argMax(x(), 1) },
  { kernel: 'ArgMin', run: () => tf.argMin(x(), 3) },
  { kernel: 'Cumsum', run: () => tf.cumsum(x(), 2, true, true) },
  { kernel: 'LogSoftmax', run: () => tf.logSoftmax(x()) },
  { kernel: 'Max', run: () => tf.max(x(), [1, 2]) },
  { kernel: 'Mean', run: () => tf.mean(x(), [0, 3]) },
  { kernel: 'Min', run: () => tf.min(x(), 3, true) },
  { kernel: 'Prod', run: () => tf.prod(x(), 1) },
  { kernel: 'Softmax', run: () => tf.softmax(x()) },
  { kernel: 'Sum', run: () => tf.sum(x(), [1, 2, 3]) },
  { kernel: 'BatchMatMul', run: () => tf.matMul(values([3, 5, 4]), values([3, 6, 4]), false, true) },
  {
    kernel: '_FusedMatMul',
    run: () =>
      tf.fused.matMul({
        a: values([5, 4]) as tf.Tensor2D,
        b: values([4, 6]) as tf.Tensor2D,
        bias: values([6]),
        activation: 'relu',
      }),
  },
  { kernel: 'Einsum', run: () => tf.einsum('bij,bkj->bik', values([3, 5, 4]), values([3, 6, 4])) },
];

const images: readonly KernelCall[] = [
  { kernel: 'AvgPool', run: () => tf.avgPool(x(), 3, 2, 'same') },
  {
    kernel: 'AvgPoolGrad',
    run: () =>
      call(
        'AvgPoolGrad',
        { dy: values([2, 3, 3, 3]), input: x() },
        { filterSize: 3, strides: 2, pad: 'same' },
      ),
  },
  { kernel: 'Conv2D', run: () => tf.conv2d(x(), filter([3, 3, 3, 5]), 1, 'same') },
  {
    kernel: 'Conv2D',
    variant: 'dilated',
    run: () => tf.conv2d(x(), filter([2, 2, 3, 5]), 1, 'same', 'NHWC', 2),
  },
  {
    kernel: 'Conv2DBackpropFilter',
    run: () =>
      call(
        'Conv2DBackpropFilter',
        { x: x(), dy: values([2, 3, 3, 5]) },
        { strides: 2, pad: 'same', filterShape: [3, 3, 3, 5] },
      ),
  },
  {
    kernel: 'Conv2DBackpropInput',
    run: () =>
      tf.conv2dTranspose(values([2, 3, 3, 5]) as tf.Tensor4D, filter([4, 4, 3, 5]), [2, 6, 6, 3], 2, 'same'),
  },
  {
    kernel: 'Conv2DBackpropInput',
    variant: 'with a remainder',
    run: () =>
      tf.conv2dTranspose(values([2, 3, 3, 5]) as tf.Tensor4D, filter([3, 3, 3, 5]), [2, 6, 6, 3], 2, 'same'),
  },
  { kernel: 'DepthwiseConv2dNative', run: () => tf.depthwiseConv2d(x(), filter([3, 3, 3, 2]), 1, 'same') },
  {
    kernel: 'DepthwiseConv2dNativeBackpropFilter',
    run: () =>
      call(
        'DepthwiseConv2dNativeBackpropFilter',
        { x: x(), dy: values([2, 6, 6, 6]) },
        { strides: 1, pad: 'same', dilations: 1, filterShape: [3, 3, 3, 2] },
      ),
  },
  {
    kernel: 'DepthwiseConv2dNativeBackpropInput',
    run: () =>
      call(
        'DepthwiseConv2dNativeBackpropInput',
        { dy: values([2, 6, 6, 6]), filter: filter([3, 3, 3, 2]) },
        { strides: 1, pad: 'same', dilations: 1, inputShape: [...IMAGE] },
      ),
  },
  {
    kernel: 'FusedBatchNorm',
    run: () =>
      tf.batchNorm(
        x(),
        values([6, 6, 3], 2),
        tf.add(tf.square(values([6, 6, 3], 3)), 0.1),
        values([6, 6, 3], 4),
        values([6, 6, 3], 5),
      ),
  },
  {
    kernel: 'FusedConv2D',
    run: () =>
      tf.fused.conv2d({
        x: x(),
        filter: filter([3, 3, 3, 5]),
        strides: 1,
        pad: 'same',
        bias: values([5]),
        activation: 'relu',
      }),
  },
  {
    kernel: 'FusedDepthwiseConv2D',
    run: () =>
      tf.fused.depthwiseConv2d({
        x: x(),
        filter: filter([3, 3, 3, 2]),
        strides: 1,
        pad: 'same',
        bias: values([6]),
        activation: 'relu6',
      }),
  },
  { kernel: 'MaxPool', run: () => tf.maxPool(x(), 3, 2, 'same') },
  {
    kernel: 'MaxPoolGrad',
    run: () =>
      call(
        'MaxPoolGrad',
        { dy: values([2, 3, 3, 3]), input: x(), output: values([2, 3, 3, 3]) },
        { filterSize: 3, strides: 2, pad: 'same' },
      ),
  },
  { kernel: 'ResizeBilinear', run: () => tf.image.resizeBilinear(x(), [9, 4], false, true) },
  {
    kernel: 'ResizeBilinearGrad',
    run: () => call('ResizeBilinearGrad', { images: x(), dy: values([2, 9, 4, 3]) }, { alignCorners: true }),
  },
  { kernel: 'ResizeNearestNeighbor', run: () => tf.image.resizeNearestNeighbor(x(), [9, 4]) },
  {
    kernel: 'ResizeNearestNeighborGrad',
    run: () =>
      call('ResizeNearestNeighborGrad', { images: x(), dy: values([2, 12, 12, 3]) }, { alignCorners: false }),
  },
];

/** Shapes for which convolutions' gradients take other forms. */
const gradientForms: readonly KernelCall[] = [
  { variant: 'of 8 channels', x: [2, 8, 8, 8], dy: [2, 8, 8, 16], strides: 1, pad: 'same', kernel: 3 },
  { variant: 'of few filters', x: [2, 6, 6, 16], dy: [2, 6, 6, 4], strides: 1, pad: 'same', kernel: 3 },
  { variant: 'of many filters', x: [2, 8, 8, 8], dy: [2, 4, 4, 32], strides: 2, pad: 'same', kernel: 4 },
  { variant: 'of whole images', x: [2, 4, 4, 8], dy: [2, 1, 1, 16], strides: 1, pad: 'valid', kernel: 4 },
  { variant: 'of large images', x: [2, 16, 16, 4], dy: [2, 16, 16, 8], strides: 1, pad: 'same', kernel: 3 },
].flatMap(({ variant, x: input, dy, strides, pad, kernel }): KernelCall[] => {
  const filterShape = [kernel, kernel, input[3] as number, dy[3] as number];
  const attrs = { strides, pad, filterShape, inputShape: input };
  return [
    {
      kernel: 'Conv2DBackpropFilter',
      variant,
      run: () => call('Conv2DBackpropFilter', { x: values(input), dy: values(dy, 2) }, attrs),
    },
    {
      kernel: 'Conv2DBackpropInput',
      variant,
      run: () => call('Conv2DBackpropInput', { dy: values(dy, 2), filter: filter(filterShape) }, attrs),
    },
  ];
});

const integers: readonly KernelCall[] = [
  ['Abs', () => tf.abs(whole())],
  ['Add', () => tf.add(whole(), whole(2))],
  ['AddN', () => tf.addN([whole(), whole(2), whole(3)])],
  ['Concat', () => tf.concat([whole(), whole(2)], 1)],
  ['Equal', () => tf.equal(whole(), whole(2))],
  ['FloorDiv', () => tf.floorDiv(whole(), whole(2))],
  ['GatherV2', () => tf.gather(whole(), indices(20, 6), 1)],
  ['Greater', () => tf.greater(whole(), whole(2))],
  ['Max', () => tf.max(whole(), 1)],
  ['Mod', () => tf.mod(whole(), whole(2))],
  ['Multiply', () => tf.mul(whole(), whole(2))],
  ['Neg', () => tf.neg(whole())],
  [
    'PadV2',
    () =>
      tf.pad(whole(), [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ]),
  ],
  ['Reverse', () => tf.reverse(whole(), 1)],
  ['Select', () => tf.where(flags(), whole(), whole(2))],
  ['Slice', () => tf.slice(whole(), [0, 1, 2, 0], [2, 3, 3, 2])],
  ['SplitV', () => tf.split(whole(), [1, 2, 3], 1)],
  ['StridedSlice', () => tf.stridedSlice(whole(), [0, 5, 0, 0], [2, 0, 6, 3], [1, -2, 2, 1])],
  ['Sub', () => tf.sub(whole(), whole(2))],
  ['Sum', () => tf.sum(whole(), [1, 2])],
  ['Tile', () => tf.tile(whole(), [1, 2, 1, 1])],
  ['Unpack', () => tf.unstack(whole(), 1)],
].map(([kernel, run]) => ({ kernel, variant: 'int32', run }) as KernelCall);

const logical: readonly KernelCall[] = [
  ['Cast', () => tf.cast(flags(), 'float32')],
  ['Concat', () => tf.concat([flags(), flags(2)], 1)],
  ['Equal', () => tf.equal(flags(), flags(2))],
  ['GatherV2', () => tf.gather(flags(), indices(20, 6), 1)],
  ['NotEqual', () => tf.notEqual(flags(), flags(2))],
  ['Slice', () => tf.slice(flags(), [0, 1, 2, 0], [2, 3, 3, 2])],
  ['SplitV', () => tf.split(flags(), [1, 2, 3], 1)],
  ['Tile', () => tf.tile(flags(), [1, 2, 1, 1])],
].map(([kernel, run]) => ({ kernel, variant: 'bool', run }) as KernelCall);

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
