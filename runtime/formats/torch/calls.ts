import { DTYPE_BYTES, type DType } from '../dtypes.ts';
import type { Call } from '../pickle/calls.ts';
import { describe, type PickleValue, PyGlobal, PyTuple } from '../pickle/values.ts';
import { TensorRef, type TorchObjects } from './objects.ts';

/** Tensors that are no view of numbers: quantized, sparse, nested, of another device, pickled within the pickle. */
const UNSUPPORTED = [
  'torch._utils._rebuild_qtensor',
  'torch._utils._rebuild_sparse_tensor',
  'torch._utils._rebuild_sparse_csr_tensor',
  'torch._utils._rebuild_nested_tensor',
  'torch._utils._rebuild_meta_tensor_no_storage',
  'torch._utils._rebuild_device_tensor_from_numpy',
  'torch._utils._rebuild_device_tensor_from_cpu_tensor',
  'torch._utils._rebuild_wrapper_subclass',
  'torch._utils._rebuild_xla_tensor',
  'torch.storage._load_from_bytes',
  // The first call of a sparse tensor's arguments.
  'torch.serialization._get_layout',
];

/** What pickles of torch.save call, by name: code of this project that makes the same tensors from `objects`. */
export function torchCalls(objects: TorchObjects): ReadonlyMap<string, Call> {
  const tensor: Call = (args, machine) => objects.tensor(args, machine);
  const tensorOfDType: Call = (args, machine) => {
    const dtype = args[6];
    if (!(dtype instanceof PyGlobal) || !isDType(dtype)) {
      const found = describe(dtype);
      throw machine.error('unsupported-dtype', 'a tensor has a dtype that is not read', { found });
    }
    return objects.tensor(args, machine, dtype.attribute);
  };
  /** Parameters are tensors; that they are trained, and their hooks, do not matter here. */
  const parameter: Call = ([data], machine) => {
    if (data instanceof TensorRef) return data;
    const found = describe(data);
    throw machine.error('bad-tensor', 'a parameter is made from no tensor', { found, expected: 'a tensor' });
  };
  const basic: [string, Call][] = [
    ['torch._utils._rebuild_tensor', tensor],
    ['torch._utils._rebuild_tensor_v2', tensor],
    ['torch._utils._rebuild_tensor_v3', tensorOfDType],
    ['torch._utils._rebuild_parameter', parameter],
    ['torch._utils._rebuild_parameter_with_state', parameter],
    ['torch.nn.parameter.Parameter', parameter],
  ];
  const known = new Map(basic);
  /** Tensors with attributes: (function, class, its arguments, attributes). */
  const withAttributes: Call = ([callee, , args], machine, self) => {
    const call = callee instanceof PyGlobal ? known.get(callee.name) : undefined;
    if (!call || !(callee instanceof PyGlobal)) throw machine.forbidden(callee ?? self);
    if (!(args instanceof PyTuple)) throw machine.broken(`${describe(args)} is given as arguments`);
    return call(args.items, machine, callee);
  };
  const size: Call = ([sizes], machine, callee): PickleValue => {
    if (sizes instanceof PyTuple) return sizes;
    throw machine.forbidden(callee);
  };
  const unsupported: Call = (_, machine, { attribute }) => {
    throw machine.error('unsupported-tensor', `a tensor is of a kind that is not read (${attribute})`);
  };
  return new Map<string, Call>([
    ...basic,
    ['torch._tensor._rebuild_from_type_v2', withAttributes],
    ['torch.Size', size],
    ...UNSUPPORTED.map((name): [string, Call] => [name, unsupported]),
  ]);
}

function isDType(value: PyGlobal): value is PyGlobal & { readonly attribute: DType } {
  return value.module === 'torch' && Object.hasOwn(DTYPE_BYTES, value.attribute);
}
