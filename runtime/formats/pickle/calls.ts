import type { PickleHooks, PickleMachine } from './machine.ts';
import { describe, type PickleValue, PyDict, PyGlobal, PyList, PyObject, PyTuple } from './values.ts';

/**
 * What a pickle may call, and what that becomes here. The rule:
 *
 * 1. A name is only a name. It may stand anywhere (a dtype, a class in a saved configuration) and does nothing.
 * 2. Calls of the functions that rebuild plain containers and tensors are carried out by code of this project.
 * 3. Calls of classes known to be harmless data (OPAQUE) become inert objects: name, arguments, state.
 * 4. Any other call, instance or change of state is an error ("forbidden-call"), whatever its name. The option
 *    `unknown: 'opaque'` makes inert objects of these too, to look at a file; they are still never carried out.
 * 5. An inert object is never a storage, a size, a stride or anything else that a tensor is made from.
 */
export type Call = (args: readonly PickleValue[], machine: PickleMachine, callee: PyGlobal) => PickleValue;

const OPAQUE = new Set(
  [
    ['argparse', 'Namespace'],
    ['builtins', 'bytearray complex frozenset range set slice'],
    ['__builtin__', 'bytearray complex frozenset set slice'],
    ['collections', 'Counter deque'],
    ['datetime', 'date datetime time timedelta timezone'],
    ['decimal', 'Decimal'],
    ['easydict', 'EasyDict'],
    ['fractions', 'Fraction'],
    ['numpy', 'dtype ndarray'],
    ['numpy.core.multiarray', '_reconstruct scalar'],
    ['numpy.core.numeric', '_frombuffer'],
    ['numpy._core.multiarray', '_reconstruct scalar'],
    ['numpy._core.numeric', '_frombuffer'],
    ['pathlib', 'Path PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath'],
    ['torch', 'device'],
    ['torch.torch_version', 'TorchVersion'],
    ['types', 'SimpleNamespace'],
    ['uuid', 'UUID'],
    ['yacs.config', 'CfgNode'],
  ].flatMap(([module, attributes = '']) =>
    attributes.split(' ').map((attribute) => `${module}.${attribute}`),
  ),
);

const orderedDict: Call = ([items], machine, callee) => {
  const dict = new PyDict(true);
  if (items === undefined) return dict;
  // Python 2 gives the items as a list of pairs.
  if (!(items instanceof PyList)) throw machine.forbidden(callee);
  machine.charge(items.items.length);
  for (const pair of items.items) {
    const [key, value, ...more] = pair instanceof PyList || pair instanceof PyTuple ? pair.items : [];
    if (key === undefined || value === undefined || more.length > 0) {
      throw machine.broken(`an OrderedDict is made from ${describe(pair)}`);
    }
    if (key instanceof PyDict || key instanceof PyList)
      throw machine.broken(`${describe(key)} is used as a key`);
    dict.set(key, value);
  }
  return dict;
};

/** Protocol 2 has no bytes: they are a text in which each character stands for a byte. */
const encodeLatin1: Call = ([text, encoding], machine, callee) => {
  if (typeof text !== 'string' || encoding !== 'latin1') throw machine.forbidden(callee);
  machine.charge(text.length);
  return new Uint8Array(Buffer.from(text, 'latin1'));
};

const PLAIN: Readonly<Record<string, Call>> = {
  'collections.OrderedDict': orderedDict,
  'collections.defaultdict': () => new PyDict(true),
  '_codecs.encode': encodeLatin1,
};

/** How objects of classes without instructions of their own are made: the class, its base, the base's state. */
const RECONSTRUCTORS = new Set(['copyreg._reconstructor', 'copy_reg._reconstructor']);

export interface CallOptions {
  /** What becomes of calls that are not allowed: an error (default), or objects to look at. */
  readonly unknown?: 'refuse' | 'opaque' | undefined;
}

/** The hook that carries out calls by the rule above; `calls` adds functions by name. */
export function allowedCalls(
  calls: ReadonlyMap<string, Call>,
  { unknown = 'refuse' }: CallOptions = {},
): PickleHooks['call'] {
  return (callee, args, machine) => {
    const { name } = callee;
    const call = calls.get(name) ?? (Object.hasOwn(PLAIN, name) ? PLAIN[name] : undefined);
    if (call) return call(args.items, machine, callee);
    if (RECONSTRUCTORS.has(name)) {
      const [type] = args.items;
      if (type instanceof PyGlobal && (unknown === 'opaque' || OPAQUE.has(type.name))) {
        return new PyObject(type, args);
      }
      throw machine.forbidden(type ?? callee);
    }
    return unknown === 'opaque' || OPAQUE.has(name) ? new PyObject(callee, args) : undefined;
  };
}
