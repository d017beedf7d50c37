/**
 * Kernels that ONNX has no operator for, and whose speed seldom matters: the plain JavaScript kernels of
 * TensorFlow.js' own cpu backend, run as host operations (cuts between sessions).
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { EngineError } from '../../errors.ts';
import { HOST_OP_KERNEL, type HostOp, type HostTensor } from '../../host-op.ts';
import { currentScope } from '../../scope.ts';
import { leaf } from '../backend.ts';
import { emitHost } from '../graph.ts';
import { Sym } from '../sym.ts';
import { type Call, defineKernels } from './define.ts';

/** Kernels run by the host whose result has a shape that follows from the shapes of the inputs. */
export const HOST_KERNELS = [
  'AvgPool3D',
  'AvgPool3DGrad',
  'BitwiseAnd',
  'Bincount',
  'BroadcastArgs',
  'Conv3D',
  'Conv3DBackpropFilterV2',
  'Conv3DBackpropInputV2',
  'CropAndResize',
  'Cumprod',
  'DenseBincount',
  'Diag',
  'Dilation2D',
  'Dilation2DBackpropFilter',
  'Dilation2DBackpropInput',
  'FlipLeftRight',
  'LRN',
  'LRNGrad',
  'LowerBound',
  'MaxPool3D',
  'MaxPool3DGrad',
  'MaxPoolWithArgmax',
  'RotateWithOffset',
  'SearchSorted',
  'SparseToDense',
  'TopK',
  'Transform',
  'UnsortedSegmentSum',
  'UpperBound',
] as const;

/** Kernels run by the host whose result, or its shape, depends on data or chance: outside compiled steps only. */
export const EAGER_KERNELS = [
  'Multinomial',
  'NonMaxSuppressionV3',
  'NonMaxSuppressionV4',
  'NonMaxSuppressionV5',
  'SparseFillEmptyRows',
  'SparseReshape',
  'SparseSegmentMean',
  'SparseSegmentSum',
  'Unique',
  'Where',
] as const;

interface CpuBackend {
  data: { get(dataId: object): { values: tf.TypedArray } };
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: tf.TypedArray): tf.TensorInfo;
  disposeIntermediateTensorInfo(info: tf.TensorInfo): void;
  firstUse: boolean;
}

interface HostKernel {
  readonly name: string;
  readonly inputs: readonly { readonly key: string; readonly dtype: tf.DataType }[];
  readonly attrs: tf.NamedAttrMap;
}

interface ResultSpec {
  readonly shape: number[];
  readonly dtype: tf.DataType;
}

interface CpuResult extends ResultSpec {
  readonly values: tf.TypedArray;
}

function runOnCpu({ name, inputs, attrs }: HostKernel, tensors: readonly HostTensor[]): CpuResult[] {
  const kernel = tf.getKernel(name, 'cpu');
  // findBackend rather than setBackend: the cpu backend only lends its kernels
  const backend = tf.findBackend('cpu') as unknown as CpuBackend;
  backend.firstUse = false;
  const infos = inputs.map(({ dtype }, i) => {
    const { data, shape } = tensors[i] as HostTensor;
    return backend.makeTensorInfo([...shape], dtype, dtype === 'bool' ? Uint8Array.from(data) : data);
  });
  // some of these kernels take their inputs for tensors and ask for the rank
  const named = Object.fromEntries(
    inputs.map(({ key }, i) => {
      const info = infos[i] as tf.TensorInfo;
      return [key, Object.assign(info, { rank: info.shape.length })];
    }),
  );
  const result = kernel.kernelFunc({ inputs: named, attrs, backend: backend as never });
  const outputs = (Array.isArray(result) ? result : [result]) as tf.TensorInfo[];
  const read = outputs.map(({ dataId, shape, dtype }) => ({
    shape,
    dtype,
    values: backend.data.get(dataId).values,
  }));
  for (const info of new Set([...infos, ...outputs])) backend.disposeIntermediateTensorInfo(info);
  return read;
}

const cpuKernel: HostOp<HostKernel & { readonly specs: readonly ResultSpec[] }> = {
  name: 'CpuKernel',
  outputs: (_, { specs }) =>
    specs.map(({ shape, dtype }) => ({ shape, dtype: dtype === 'float32' ? 'float32' : 'int32' })),
  run(inputs, outputs, kernel) {
    runOnCpu(kernel, inputs).forEach(({ values }, i) => {
      (outputs[i] as HostTensor).data.set(values);
    });
  },
};

function describe(name: string, call: Call): { kernel: HostKernel; syms: Sym[] } {
  const entries = Object.keys(call.infos).filter((key) => call.infos[key]);
  const syms = entries.map((key) => call.in(key));
  return {
    kernel: {
      name,
      inputs: entries.map((key, i) => ({ key, dtype: (syms[i] as Sym).dtype })),
      attrs: call.attrs,
    },
    syms,
  };
}

function recorded(name: string) {
  const op = { ...cpuKernel, name: `CpuKernel:${name}` } as HostOp<unknown>;
  return (call: Call): Sym[] => {
    const { kernel, syms } = describe(name, call);
    // the kernel itself, run on zeros, tells the shapes of its results
    const zeros = syms.map(({ shape, dtype }) => {
      const size = tf.util.sizeFromShape([...shape]);
      return { shape, data: dtype === 'float32' ? new Float32Array(size) : new Int32Array(size) };
    });
    const specs = runOnCpu(kernel, zeros).map(({ shape, dtype }): ResultSpec => ({ shape, dtype }));
    return emitHost(
      op,
      syms.map((sym) => sym.row()),
      { ...kernel, specs },
    ).map((value, i) => Sym.row(value, (specs[i] as ResultSpec).dtype));
  };
}

function eager(name: string) {
  return (call: Call): Sym[] => {
    if (call.backend.isRecording) {
      const node = currentScope();
      throw new EngineError(
        'unsupported-kernel',
        `${name}${node ? ` of node ${node}` : ''} has a result that depends on data, so it cannot be part of a compiled step.`,
        {
          node,
          operation: name,
          hint: 'Compute it outside the step, or use masks of fixed shape instead.',
        },
      );
    }
    const { kernel, syms } = describe(name, call);
    const tensors = syms.map((sym) => {
      const data = call.backend.elements(sym);
      return {
        shape: sym.shape,
        data: data instanceof Float32Array ? data : Int32Array.from(data as Int32Array),
      };
    });
    return runOnCpu(kernel, tensors).map(({ values, shape, dtype }) => leaf(values, shape, dtype));
  };
}

defineKernels({
  ...Object.fromEntries(HOST_KERNELS.map((name) => [name, (call: Call) => single(recorded(name)(call))])),
  ...Object.fromEntries(EAGER_KERNELS.map((name) => [name, (call: Call) => single(eager(name)(call))])),
  [HOST_OP_KERNEL]: ({ list, attrs }: Call) =>
    emitHost(
      attrs.op as HostOp<unknown>,
      list.map((sym) => sym.row()),
      attrs.attrs,
    ).map((value) => Sym.row(value)),
});

/** Kernels with one result give it alone, not a list of one. */
function single(results: Sym[]): Sym | Sym[] {
  return results.length === 1 ? (results[0] as Sym) : results;
}
