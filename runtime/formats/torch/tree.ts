import type { TensorEntry } from '../entry.ts';
import { Foreign, type PickleValue, PyDict, PyGlobal, PyList, PyTuple } from '../pickle/values.ts';
import { OpaqueObject, type TreeValue } from '../tree.ts';
import { TensorRef } from './objects.ts';

/**
 * Turns a pickle's value into plain values, each container once: the time is proportional to the pickle, however
 * often it refers to a container. Tensors that are in the list keep their names.
 */
export function toTree(
  root: PickleValue,
  entryOf: (tensor: TensorRef) => TensorEntry | undefined,
): TreeValue {
  const made = new Map<PickleValue, TreeValue>();
  const unfilled: (() => void)[] = [];
  const convert = (value: PickleValue): TreeValue => {
    if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
    const known = made.get(value);
    if (known !== undefined) return known;
    const [result, fill] = shell(value);
    made.set(value, result);
    if (fill) unfilled.push(fill);
    return result;
  };
  const shell = (
    value: Exclude<PickleValue & object, Uint8Array>,
  ): [result: TreeValue, fill?: () => void] => {
    if (value instanceof TensorRef) return [entryOf(value) ?? null];
    if (value instanceof PyGlobal) return [new OpaqueObject(value.name, new Map())];
    if (value instanceof PyList || value instanceof PyTuple) {
      const array: TreeValue[] = [];
      const fill = () => {
        for (const item of value.items) array.push(convert(item));
      };
      return [array, fill];
    }
    if (value instanceof PyDict) {
      const map = new Map<TreeValue, TreeValue>();
      const fill = () => {
        for (const [key, item] of value.entries) map.set(convert(key), convert(item));
      };
      return [map, fill];
    }
    const parts = new Map<string, TreeValue>();
    if (value instanceof Foreign) return [new OpaqueObject(value.kind, parts)];
    const { args, state, list, dict } = value;
    return [
      new OpaqueObject(value.type.name, parts),
      () => {
        for (const [part, content] of Object.entries({ args, state, list, dict })) {
          if (content !== undefined && content !== null) parts.set(part, convert(content));
        }
      },
    ];
  };
  const tree = convert(root);
  for (let fill = unfilled.pop(); fill; fill = unfilled.pop()) fill();
  return tree;
}
