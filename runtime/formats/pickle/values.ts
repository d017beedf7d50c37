/** What a pickle describes, as data. Containers are filled while the pickle is read and may share each other. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PyTuple
  | PyList
  | PyDict
  | PyGlobal
  | PyObject
  | Foreign;

export class PyTuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

export class PyList {
  private values: PickleValue[] | undefined;

  get items(): readonly PickleValue[] {
    return this.values ?? NO_ITEMS;
  }

  /** Adds items. The array that is given may be kept: most lists are filled once, and need no room to grow. */
  add(items: PickleValue[]): void {
    if (!this.values) this.values = items;
    else for (const item of items) this.values.push(item);
  }
}

const NO_ITEMS: readonly PickleValue[] = [];

/** A dict or an OrderedDict. A Map has no inherited keys: "__proto__" is a key like any other. */
export class PyDict {
  private map: Map<PickleValue, PickleValue> | undefined;

  /** `ordered` dicts are objects: they may be given attributes, which are ignored. */
  constructor(readonly ordered: boolean) {}

  get entries(): ReadonlyMap<PickleValue, PickleValue> {
    return this.map ?? NO_ENTRIES;
  }

  set(key: PickleValue, value: PickleValue): void {
    this.map ??= new Map();
    this.map.set(key, value);
  }
}

const NO_ENTRIES: ReadonlyMap<PickleValue, PickleValue> = new Map();

/** The name of a class or function. It is never looked up. */
export class PyGlobal {
  constructor(
    readonly module: string,
    readonly attribute: string,
  ) {}

  get name(): string {
    return `${this.module}.${this.attribute}`;
  }
}

/** An object that nothing here understands: what it would have been made from. Nothing is called to make it. */
export class PyObject {
  /** Attributes, or whatever else the object would restore itself from. */
  state: PickleValue = null;
  /** Elements, where the class is a kind of list or set. */
  list: PyList | undefined;
  /** Elements, where the class is a kind of dict. */
  dict: PyDict | undefined;

  constructor(
    readonly type: PyGlobal,
    readonly args: PickleValue,
  ) {}
}

/** Base of what those who use the pickle reader add: storages, tensors. */
export abstract class Foreign {
  abstract readonly kind: string;
}

/** A few words on a value, for errors. */
export function describe(value: PickleValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  if (value instanceof PyTuple) return `a tuple of ${value.items.length}`;
  if (value instanceof PyList) return `a list of ${value.items.length}`;
  if (value instanceof PyDict) return `a dict of ${value.entries.size}`;
  if (value instanceof PyGlobal) return `the name ${value.name.slice(0, 80)}`;
  if (value instanceof PyObject) return `an object of ${value.type.name.slice(0, 80)}`;
  if (value instanceof Foreign) return `a ${value.kind}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  return `${value}`.slice(0, 40);
}
