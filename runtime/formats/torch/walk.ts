import { TensorEntry } from '../entry.ts';
import { type CheckpointErrorCode, quote } from '../errors.ts';
import { type PickleValue, PyDict, PyList, PyObject, PyTuple } from '../pickle/values.ts';
import { type ByteSource, sourceError } from '../source.ts';
import { TensorRef } from './objects.ts';

const DEEPEST = 100;
const LONGEST_NAME = 1024;
/**
 * Each value that is met costs this much of a budget that is the size of the file, so that memory and time are
 * proportional to it. A value takes a byte or more, a tensor more than 40; shared ones cost each time they are met.
 */
const VALUE_COST = 1;
const TENSOR_COST = 16;
const ALWAYS_ALLOWED = 4096;

interface Level {
  readonly container: PickleValue;
  readonly prefix: string;
  readonly children: Iterator<readonly [key: string, value: PickleValue]>;
}

/** The tensors that a value holds, by name, in order. Goes into containers and into objects' attributes. */
export function listTensors(source: ByteSource, root: PickleValue): Map<string, TensorEntry> {
  const found = new Map<string, TensorEntry>();
  const error = (code: CheckpointErrorCode, problem: string) => sourceError(source, code, problem);
  const levels: Level[] = [];
  const open = new Set<PickleValue>();
  let budget = source.size + ALWAYS_ALLOWED;
  const visit = (value: PickleValue, name: string) => {
    // Long names cost memory too.
    budget -= (value instanceof TensorRef ? TENSOR_COST : VALUE_COST) + (name.length >> 5);
    if (budget < 0) throw error('too-many-values', 'the file refers to the same containers too often');
    if (name.length > LONGEST_NAME)
      throw error('too-large', `a name has more than ${LONGEST_NAME} characters`);
    if (value instanceof TensorRef) {
      if (found.has(name)) throw error('duplicate-name', `two tensors are called ${quote(name)}`);
      const { view } = value;
      if (!view) throw error('bad-storage', `the tensor ${quote(name)} has no bytes`);
      found.set(name, new TensorEntry(name, view));
      return;
    }
    const children = childrenOf(value);
    if (!children) return;
    if (open.has(value)) throw error('cyclic', `the container ${quote(name)} contains itself`);
    if (levels.length >= DEEPEST) throw error('too-deep', `containers are nested more than ${DEEPEST} deep`);
    open.add(value);
    levels.push({ container: value, prefix: name && `${name}.`, children });
  };
  visit(root, '');
  for (let level = levels.at(-1); level; level = levels.at(-1)) {
    const next = level.children.next();
    if (!next.done) {
      const [key, value] = next.value;
      visit(value, level.prefix + key);
    } else {
      open.delete(level.container);
      levels.pop();
    }
  }
  return found;
}

type Children = Generator<readonly [string, PickleValue]>;

function childrenOf(value: PickleValue): Children | undefined {
  if (value instanceof PyDict) return value.entries.size > 0 ? dictChildren(value) : undefined;
  if (value instanceof PyList || value instanceof PyTuple) {
    return value.items.length > 0 ? listChildren(value.items) : undefined;
  }
  return value instanceof PyObject ? objectChildren(value) : undefined;
}

function* dictChildren({ entries }: PyDict): Children {
  for (const [key, value] of entries) {
    const simple = typeof key === 'string' || typeof key === 'number' || typeof key === 'bigint';
    yield [simple ? `${key}` : '?', value];
  }
}

function* listChildren(items: readonly PickleValue[]): Children {
  for (const [i, item] of items.entries()) yield [`${i}`, item];
}

/** Attributes and elements by their own keys, as if the object were a dict. */
function* objectChildren({ state, list, dict }: PyObject): Children {
  if (state instanceof PyDict) yield* dictChildren(state);
  if (dict) yield* dictChildren(dict);
  if (list) yield* listChildren(list.items);
}
