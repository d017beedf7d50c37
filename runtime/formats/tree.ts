import type { TensorEntry } from './entry.ts';

/** What a checkpoint holds, as plain values: dicts are Maps, lists and tuples arrays. Containers may be shared. */
export type TreeValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | TensorEntry
  | OpaqueObject
  | readonly TreeValue[]
  | ReadonlyMap<TreeValue, TreeValue>;

/** An object or a name of Python that has no meaning here. Nothing was executed to make it. */
export class OpaqueObject {
  constructor(
    /** Module and name, such as `argparse.Namespace`. */
    readonly type: string,
    /** What it would be made from, by role: `args`, `state`, `list`, `dict`; empty for a mere name. */
    readonly parts: ReadonlyMap<string, TreeValue>,
  ) {}
}
